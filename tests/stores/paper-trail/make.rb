# PaperTrail on SQLite with object_changes: what each save changed, as JSON.
require_relative '../paper_trail'

folder = ARGV.fetch(0)
open_store(folder, ->(table) { table.json :object; table.json :object_changes })
states = {}
tell do |one|
  states[one.versions.order(:id).last.id] = one.destroyed? ? nil : JSON.parse(one.attributes.to_json)
end
# Of one that was only created no row holds what was never anything.
PaperTrail::Version.order(:id).group_by { |row| [row.item_type, row.item_id] }.each_value do |rows|
  last = rows.last
  states[last.id] = states[last.id].slice(*last.object_changes.keys) if last.event == 'create'
end
write(folder, 'paper-trail', states)
