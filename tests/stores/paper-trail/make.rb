# PaperTrail on SQLite with object_changes: what each save changed, as JSON.
require_relative '../paper_trail'

folder = ARGV.fetch(0)
open_store(folder, ->(table) { table.json :object; table.json :object_changes })
states = {}
tell do |one|
  rows = one.versions.order(:id).to_a
  # What was never anything is in no row.
  told = rows.flat_map { |row| row.object_changes.keys }
  states[rows.last.id] = one.destroyed? ? nil : JSON.parse(one.attributes.to_json).slice(*told)
end
write(folder, 'paper-trail', states)
