# PaperTrail on SQLite as it is installed: each row holds the item before the change, as YAML.
require_relative '../paper_trail'

folder = ARGV.fetch(0)
open_store(folder, ->(table) { table.text :object })
# What an item became is in the row after: the newest state is in its own table alone.
known = {}
tell do |one|
  known[one.versions.last.id] = one.destroyed? ? nil : JSON.parse(one.attributes.to_json)
end
states = {}
PaperTrail::Version.order(:id).group_by { |row| [row.item_type, row.item_id] }.each_value do |rows|
  rows.each_cons(2) do |row, following|
    found = following.reify
    states[row.id] = JSON.parse(found.attributes.to_json)
    raise "#{row.id}: #{states[row.id]} is not #{known[row.id]}" unless states[row.id] == known[row.id]
  end
  states[rows.last.id] = nil if rows.last.event == 'destroy'
end
write(folder, 'paper-trail-object', states)
