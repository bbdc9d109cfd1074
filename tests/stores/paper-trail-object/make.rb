# PaperTrail on SQLite as it is installed: each row holds the item before the change, as YAML.
require_relative '../paper_trail'

folder = ARGV.fetch(0)
open_store(folder, ->(table) { table.text :object })
# Its YAML knows numbers of decimal places, which JSON has as texts.
def told(one) = JSON.parse(one.attributes.transform_values { |own| own.is_a?(BigDecimal) ? own.to_f : own }.to_json)

# What an item became is in the row after: the newest state is in its own table alone.
known = {}
tell do |one|
  known[one.versions.last.id] = one.destroyed? ? nil : told(one)
end
states = {}
PaperTrail::Version.order(:id).group_by { |row| [row.item_type, row.item_id] }.each_value do |rows|
  rows.each_cons(2) do |row, following|
    found = following.reify
    states[row.id] = told(found)
    raise "#{row.id}: #{states[row.id]} is not #{known[row.id]}" unless states[row.id] == known[row.id]
  end
  states[rows.last.id] = nil if rows.last.event == 'destroy'
end
write(folder, 'paper-trail-object', states)
