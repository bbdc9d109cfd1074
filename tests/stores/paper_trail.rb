# Poems and their poets, whose changes PaperTrail keeps; for two stores, which differ by a column.
require 'active_record'
require 'json'
# What Rails would have loaded.
require 'active_support/all'
require 'paper_trail'

# Ruby's YAML has become strict, as later versions of the library allow for.
def (PaperTrail::Serializers::YAML).load(text) = YAML.unsafe_load(text)

CHANCE = Random.new(63)

def pick(*all) = all[CHANCE.rand(all.length)]

# Tables in a new store; the table of versions gets `columns`, too.
def open_store(folder, columns)
  ActiveRecord::Base.establish_connection(adapter: 'sqlite3', database: "#{folder}/store.db")
  ActiveRecord::Schema.verbose = false
  ActiveRecord::Schema.define do
    create_table :versions do |table|
      table.string :item_type, null: false
      table.bigint :item_id, null: false
      table.string :event, null: false
      table.string :whodunnit
      columns.call(table)
      table.datetime :created_at, precision: 6
    end
    create_table :poets do |table|
      table.string :name
      table.boolean :is_alive
    end
    create_table :poems do |table|
      table.string :title
      table.bigint :lines
      table.decimal :price, precision: 9, scale: 2
      table.date :printed
      table.text :text
      table.references :poet
    end
  end
  Object.const_set(:Poet, Class.new(ActiveRecord::Base) { has_paper_trail })
  Object.const_set(:Poem, Class.new(ActiveRecord::Base) { has_paper_trail })
end

def poet = { name: pick('Åse', '', nil, "O'Hara \"F.\""), is_alive: pick(true, false, nil) }

def poem
  {
    title: pick('Über allen Gipfeln', '', nil, "古池や\n2", "tab\there"),
    lines: pick(0, -1, 2**62 + 1, nil),
    price: pick(BigDecimal('12.5'), BigDecimal('-0.25'), nil),
    printed: pick(Date.new(2000, 2, 29), nil),
    text: pick('', 'x' * 4500, '🪶', nil),
    poet_id: pick(1, 2, nil)
  }
end

# Writes and changes both kinds; yields after each change with the object as it is then.
def tell
  3.times { yield(Poet.create!(poet)) }
  5.times { yield(Poem.create!(poem)) }
  60.times do |step|
    PaperTrail.request.whodunnit = pick(nil, 'ann', 'Zoë "2"')
    model = pick(Poet, Poem, Poem)
    one = model.order(:id).to_a.sample(random: CHANCE)
    if step % 19 == 18
      one.destroy!
      yield(one)
    else
      before = model == Poet ? poet : poem
      one.assign_attributes(before.to_a.sample(2, random: CHANCE).to_h)
      next unless one.changed?

      one.save!
      yield(one)
    end
  end
end

def write(folder, dialect, states)
  streams = PaperTrail::Version.order(:id).group_by { |row| [row.item_type, row.item_id] }.map do |(type, id), rows|
    {
      stream: "#{type}/#{id}",
      category: type,
      first: 1,
      events: rows.each_with_index.map do |row, at|
        { version: at + 1, type: row.event, time: row.created_at.utc.iso8601(6) }
      end,
      states: rows.each_with_index.filter_map do |row, at|
        states.key?(row.id) ? { version: at + 1, state: states[row.id] } : nil
      end
    }
  end
  library = "PaperTrail #{PaperTrail::VERSION::STRING}, ActiveRecord #{ActiveRecord::VERSION::STRING}"
  File.write("#{folder}/expected.json", JSON.pretty_generate(dialect: dialect, library: library, streams: streams))
end
