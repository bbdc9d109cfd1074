// go-workflows on SQLite: how parcels are insured, as histories of workflows.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/cschleiden/go-workflows/backend"
	"github.com/cschleiden/go-workflows/backend/history"
	"github.com/cschleiden/go-workflows/backend/sqlite"
	"github.com/cschleiden/go-workflows/client"
	"github.com/cschleiden/go-workflows/diag"
	"github.com/cschleiden/go-workflows/worker"
	"github.com/cschleiden/go-workflows/workflow"
)

// Parcel is what is insured.
type Parcel struct {
	To    string         `json:"to"`
	Value int64          `json:"value"`
	Grams float64        `json:"grams"`
	More  map[string]any `json:"more"`
}

// Offer is the answer to a parcel.
type Offer struct {
	Cents float64 `json:"cents"`
	Note  *string `json:"note"`
}

// Estimate fails for parcels of no weight.
func Estimate(ctx context.Context, parcel Parcel) (Offer, error) {
	if parcel.Grams == 0 {
		return Offer{}, errors.New("no weight: „0 g“")
	}
	return Offer{Cents: parcel.Grams / 8}, nil
}

// Insure waits for an answer, but for parcels that cannot be estimated.
func Insure(ctx workflow.Context, parcel Parcel) (string, error) {
	once := workflow.ActivityOptions{RetryOptions: workflow.RetryOptions{MaxAttempts: 1}}
	if _, err := workflow.ExecuteActivity[Offer](ctx, once, Estimate, parcel).Get(ctx); err != nil {
		return "", err
	}
	if err := workflow.Sleep(ctx, time.Millisecond); err != nil {
		return "", err
	}
	answer, _ := workflow.NewSignalChannel[Offer](ctx, "answer").Receive(ctx)
	if answer.Note != nil {
		return *answer.Note, nil
	}
	return "", nil
}

// Remind goes on as a new workflow, which counts its events anew.
func Remind(ctx workflow.Context, left int) (int, error) {
	if left > 0 {
		return left, workflow.ContinueAsNew(ctx, left-1)
	}
	return 0, nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

type event struct {
	Version int64  `json:"version"`
	Type    string `json:"type"`
	Time    string `json:"time"`
}

// The library knows no states: what it says of an event is compared in place of them.
type state struct {
	Version int64           `json:"version"`
	State   json.RawMessage `json:"state"`
}

type stream struct {
	Stream string  `json:"stream"`
	First  int64   `json:"first"`
	Events []event `json:"events"`
	States []state `json:"states"`
}

func main() {
	folder := os.Args[1]
	// The library compares times as texts; from elsewhere its timers are hours late.
	time.Local = time.UTC
	ctx, cancel := context.WithCancel(context.Background())
	quiet := backend.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
	store := sqlite.NewSqliteBackend(filepath.Join(folder, "store.db"), sqlite.WithBackendOptions(quiet))
	options := worker.DefaultOptions
	options.WorkflowPollingInterval, options.ActivityPollingInterval = 5*time.Millisecond, 5*time.Millisecond
	options.WorkflowPollers, options.ActivityPollers = 1, 1
	work := worker.New(store, &options)
	must(work.RegisterWorkflow(Insure))
	must(work.RegisterWorkflow(Remind))
	must(work.RegisterActivity(Estimate))
	must(work.Start(ctx))
	clients := client.New(store)

	note := "„gut“\n保険"
	more := map[string]any{"": nil, "list": []any{1, "x", map[string]any{"deep": true}}}
	parcels := map[string]Parcel{
		"parcel-1":  {To: "Kraków", Value: 9007199254740993, Grams: 120.5, More: more},
		"parcel/2":  {To: "", Grams: 0.1},
		"p 3":       {To: "O'Neill \"&\" <sons>", Grams: 8},
		"小包:4":      {To: "nowhere"},
		"parcel-01": {To: "Øy", Grams: 1e-7},
	}
	for id, parcel := range parcels {
		started, err := clients.CreateWorkflowInstance(ctx, client.WorkflowInstanceOptions{InstanceID: id}, Insure, parcel)
		must(err)
		switch id {
		case "parcel-01": // Is never answered.
		case "小包:4":
			must(clients.WaitForWorkflowInstance(ctx, started, 20*time.Second))
		default:
			must(clients.SignalWorkflow(ctx, id, "answer", Offer{Cents: 2, Note: &note}))
			must(clients.WaitForWorkflowInstance(ctx, started, 20*time.Second))
		}
	}
	_, err := clients.CreateWorkflowInstance(ctx, client.WorkflowInstanceOptions{InstanceID: "remind"}, Remind, 2)
	must(err)

	// Until nothing more is written.
	read := diag.Backend(store)
	streams := []stream{}
	for before := -1; ; {
		time.Sleep(700 * time.Millisecond)
		instances, err := read.GetWorkflowInstances(ctx, "", "", 100)
		must(err)
		count := 0
		streams = streams[:0]
		for _, one := range instances {
			rows, err := store.GetWorkflowInstanceHistory(ctx, one.Instance, nil)
			must(err)
			found := stream{Stream: one.Instance.InstanceID + "/" + one.Instance.ExecutionID}
			for _, row := range rows {
				found.Events = append(found.Events, event{row.SequenceID, row.Type.String(), row.Timestamp.UTC().Format(time.RFC3339Nano)})
				attributes, err := history.SerializeAttributes(row.Attributes)
				must(err)
				// Read back, an error has a cause that is not stored.
				if !bytes.Contains(attributes, []byte(`"cause":null`)) {
					found.States = append(found.States, state{row.SequenceID, attributes})
				}
			}
			if len(rows) > 0 {
				found.First = rows[0].SequenceID
				streams = append(streams, found)
			}
			count += len(rows)
		}
		if count == before {
			break
		}
		before = count
	}
	cancel()
	must(work.WaitForCompletion())
	must(store.Close())
	text, err := json.Marshal(map[string]any{
		"dialect": "go-workflows", "library": "go-workflows 1.2.0", "streams": streams,
		// Its clock is read at other moments than the rows are written.
		"findings": []string{"time-backwards"},
	})
	must(err)
	must(os.WriteFile(filepath.Join(folder, "expected.json"), text, 0o644))
}
