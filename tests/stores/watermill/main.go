// Watermill on PostgreSQL (the database is PGDATABASE): a topic of what buses do. Messages have no
// number, and their stream is the bus that they name.
package main

import (
	"context"
	stdsql "database/sql"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/components/cqrs"
	"github.com/ThreeDotsLabs/watermill/message"
	_ "github.com/lib/pq"
)

// BusDeparted begins a tour.
type BusDeparted struct {
	BusID string    `json:"bus_id"`
	Line  string    `json:"line"`
	Seats *int64    `json:"seats"`
	At    time.Time `json:"at"`
}

// PassengersCounted tells how many are on it.
type PassengersCounted struct {
	BusID string         `json:"bus_id"`
	By    map[string]any `json:"by"`
	Share float64        `json:"share"`
}

// BusBroken ends one.
type BusBroken struct {
	BusID string `json:"bus_id"`
	Why   string `json:"why"`
}

// Bus is what a handler makes of them.
type Bus struct {
	Line   string         `json:"line"`
	Seats  *int64         `json:"seats"`
	By     map[string]any `json:"by"`
	Counts int            `json:"counts"`
	Why    string         `json:"why"`
}

type event struct {
	Version int    `json:"version"`
	Type    string `json:"type"`
}

type state struct {
	Version int `json:"version"`
	State   Bus `json:"state"`
}

type stream struct {
	Stream string  `json:"stream"`
	First  int     `json:"first"`
	Events []event `json:"events"`
	States []state `json:"states"`
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var chance = rand.New(rand.NewSource(12))

func pick[T any](all ...T) T { return all[chance.Intn(len(all))] }

func message1(id string) any {
	seats := pick[int64](0, 9007199254740991, -1)
	switch chance.Intn(4) {
	case 0:
		at := time.Date(2026, 3, 4, 5, 6, 7, chance.Intn(999)*1e6, time.FixedZone("", 5400))
		return &BusDeparted{BusID: id, Line: pick("7", "", "Ü-12 \"night\"", "都営\n2"), Seats: pick(nil, &seats), At: at}
	case 1:
		return &BusBroken{BusID: id, Why: pick("flat <tyre> & rain", strings.Repeat("…", 2000), "")}
	default:
		return &PassengersCounted{BusID: id, By: pick(nil, map[string]any{"": nil, "front": []any{1.5, "x", true}}), Share: pick(0.1, 1e-7)}
	}
}

func main() {
	folder := os.Args[1]
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	url := fmt.Sprintf("postgres://%s@%s:%s/%s?sslmode=disable", os.Getenv("PGUSER"), os.Getenv("PGHOST"), os.Getenv("PGPORT"), os.Getenv("PGDATABASE"))
	db, err := stdsql.Open("postgres", url)
	must(err)
	const topic, count = "buses", 60
	quiet := watermill.NopLogger{}
	schema := sql.DefaultPostgreSQLSchema{}
	marshal := cqrs.JSONMarshaler{}
	bus := func(on sql.ContextExecutor, makes bool) *cqrs.EventBus {
		to, err := sql.NewPublisher(on, sql.PublisherConfig{SchemaAdapter: schema, AutoInitializeSchema: makes}, quiet)
		must(err)
		events, err := cqrs.NewEventBusWithConfig(to, cqrs.EventBusConfig{
			GeneratePublishTopic: func(cqrs.GenerateEventPublishTopicParams) (string, error) { return topic, nil },
			Marshaler:            marshal,
			Logger:               quiet,
		})
		must(err)
		return events
	}
	live := bus(sql.BeginnerFromStdSQL(db), true)
	ids := []string{"bus-1", "bus/2", "b 3", "ö:4", "バス5"}
	for at := 0; at < count; at++ {
		one := message1(pick(ids...))
		if at%13 == 12 { // What is rolled back leaves a gap.
			tx, err := db.Begin()
			must(err)
			must(bus(sql.TxFromStdSQL(tx), false).Publish(ctx, one))
			must(tx.Rollback())
			continue
		}
		must(live.Publish(ctx, one))
	}

	from, err := sql.NewSubscriber(sql.BeginnerFromStdSQL(db), sql.SubscriberConfig{
		SchemaAdapter:    schema,
		OffsetsAdapter:   sql.DefaultPostgreSQLOffsetsAdapter{},
		ConsumerGroup:    "reports",
		InitializeSchema: true,
		PollInterval:     20 * time.Millisecond,
	}, quiet)
	must(err)
	messages, err := from.Subscribe(ctx, topic)
	must(err)
	streams := map[string]*stream{}
	buses := map[string]*Bus{}
	order := []*stream{}
	for left := count - count/13; left > 0; left-- {
		one := <-messages
		handle(one, marshal, streams, buses, &order)
		one.Ack()
	}
	must(from.Close())
	text, err := json.Marshal(map[string]any{"dialect": "watermill", "library": "watermill-sql 4.1.2, watermill 1.5.1", "streams": order})
	must(err)
	must(os.WriteFile(filepath.Join(folder, "expected.json"), text, 0o644))
}

// Counts a message in its stream, and keeps what the bus is after it.
func handle(one *message.Message, marshal cqrs.JSONMarshaler, streams map[string]*stream, buses map[string]*Bus, order *[]*stream) {
	var named struct {
		BusID string `json:"bus_id"`
	}
	must(json.Unmarshal(one.Payload, &named))
	found, bus := streams[named.BusID], buses[named.BusID]
	if found == nil {
		found, bus = &stream{Stream: named.BusID, First: 1}, &Bus{}
		streams[named.BusID], buses[named.BusID] = found, bus
		*order = append(*order, found)
	}
	switch marshal.NameFromMessage(one) {
	case "main.BusDeparted":
		var event BusDeparted
		must(marshal.Unmarshal(one, &event))
		bus.Line, bus.Seats = event.Line, event.Seats
	case "main.PassengersCounted":
		var event PassengersCounted
		must(marshal.Unmarshal(one, &event))
		bus.By = event.By
		bus.Counts++
	case "main.BusBroken":
		var event BusBroken
		must(marshal.Unmarshal(one, &event))
		bus.Why = event.Why
	}
	version := len(found.Events) + 1
	found.Events = append(found.Events, event{version, marshal.NameFromMessage(one)})
	found.States = append(found.States, state{version, *bus})
}
