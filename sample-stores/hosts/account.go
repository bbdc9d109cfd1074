// The bank's accounts in Go, the same fold as `account` of ../bank/reducers.mjs:
//
//	go build -o account sample-stores/hosts/account.go
//	--reducer-command ./account
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

type Overdraft struct {
	Limit   int64       `json:"limit"`
	FeeRate json.Number `json:"feeRate"`
	Since   *string     `json:"since"`
	Times   int         `json:"times"`
}

type Hold struct {
	Amount   int64  `json:"amount"`
	Merchant string `json:"merchant"`
	Since    string `json:"since"`
}

type Totals struct {
	In   int64 `json:"in"`
	Out  int64 `json:"out"`
	Fees int64 `json:"fees"`
}

type Entry struct {
	Type   string `json:"type"`
	Amount int64  `json:"amount"`
	Text   string `json:"text"`
	At     string `json:"at"`
}

type Account struct {
	Status     string            `json:"status"`
	Product    *string           `json:"product"`
	Currency   *string           `json:"currency"`
	Owner      map[string]any    `json:"owner"`
	Balance    int64             `json:"balance"`
	Available  int64             `json:"available"`
	Overdraft  Overdraft         `json:"overdraft"`
	DailyLimit *int64            `json:"dailyLimit"`
	Holds      map[string]Hold   `json:"holds"`
	Flags      []string          `json:"flags"`
	Entries    int               `json:"entries"`
	Monthly    map[string]Totals `json:"monthly"`
	LastEntry  *Entry            `json:"lastEntry"`
}

type Event struct {
	Type string `json:"type"`
	Data struct {
		// Some events have amounts under these names, others parties.
		From, To                                            json.RawMessage
		Amount                                              int64
		At, Reference, Period, Channel, Kind, HoldId, Limit string
		Product, Currency                                   *string
		Owner, Changes                                      map[string]any
		DailyLimit                                          *int64
		Overdraft                                           json.RawMessage
		Merchant                                            *struct{ Name string }
	} `json:"data"`
}

func initial() *Account {
	return &Account{
		Status: "none", Overdraft: Overdraft{FeeRate: "0"}, Holds: map[string]Hold{}, Flags: []string{}, Monthly: map[string]Totals{},
	}
}

func (a *Account) apply(e *Event) (err error) {
	d := &e.Data
	var party struct{ Name string }
	switch e.Type {
	case "AccountOpened":
		a.Status, a.Product, a.Currency, a.Owner, a.DailyLimit = "open", d.Product, d.Currency, d.Owner, d.DailyLimit
		err = json.Unmarshal(d.Overdraft, &a.Overdraft)
	case "Deposited":
		a.book(e, d.Amount, d.Reference)
	case "InterestPaid":
		a.book(e, d.Amount, "interest "+d.Period)
	case "TransferReceived":
		err = json.Unmarshal(d.From, &party)
		a.book(e, d.Amount, "from "+party.Name)
	case "TransferSent":
		err = json.Unmarshal(d.To, &party)
		a.book(e, -d.Amount, "to "+party.Name)
	case "Withdrawn":
		text := d.Channel
		if d.Merchant != nil {
			text = d.Merchant.Name
		}
		a.book(e, -d.Amount, text)
	case "FeeCharged":
		a.book(e, -d.Amount, d.Kind+" fee")
	case "HoldPlaced":
		a.Holds[d.HoldId] = Hold{d.Amount, d.Merchant.Name, d.At}
		a.Available = a.Balance - a.held()
	case "HoldReleased":
		delete(a.Holds, d.HoldId)
		a.Available = a.Balance - a.held()
	case "LimitChanged":
		if d.Limit == "overdraft" {
			err = json.Unmarshal(d.To, &a.Overdraft.Limit)
		} else {
			err = json.Unmarshal(d.To, &a.DailyLimit)
		}
	case "OwnerUpdated":
		for name, value := range d.Changes {
			if parts, ok := value.(map[string]any); ok && (name == "address" || name == "contact") {
				for part, value := range parts {
					a.Owner[name].(map[string]any)[part] = value
				}
			} else {
				a.Owner[name] = value
			}
		}
	}
	return err
}

// book takes one amount, positive in and negative out, and does everything that follows from it.
func (a *Account) book(e *Event, amount int64, text string) {
	at := e.Data.At
	a.Balance += amount
	a.Available = a.Balance - a.held()
	flags := []string{}
	for _, flag := range a.Flags {
		if flag != "overdrawn" && flag != "over-limit" {
			flags = append(flags, flag)
		}
	}
	if a.Balance >= 0 {
		a.Overdraft.Since = nil
	} else {
		flags = append(flags, "overdrawn")
		if a.Overdraft.Since == nil {
			a.Overdraft.Since = &at
			a.Overdraft.Times++
		}
	}
	if a.Balance < -a.Overdraft.Limit {
		flags = append(flags, "over-limit")
	}
	a.Flags = flags
	a.Entries++
	month := a.Monthly[at[:7]]
	switch {
	case e.Type == "FeeCharged":
		month.Fees -= amount
	case amount < 0:
		month.Out -= amount
	default:
		month.In += amount
	}
	a.Monthly[at[:7]] = month
	a.LastEntry = &Entry{e.Type, amount, text, at}
}

func (a *Account) held() (sum int64) {
	for _, hold := range a.Holds {
		sum += hold.Amount
	}
	return sum
}

// answer gives the state after what is asked, or what went wrong.
func answer(state **Account, line []byte) (shown any) {
	defer func() {
		if panicked := recover(); panicked != nil {
			shown = map[string]string{"$error": fmt.Sprint(panicked)}
		}
	}()
	var asked struct {
		Start *struct{ Stream, Category string }
		Event Event
	}
	err := json.Unmarshal(line, &asked)
	if err == nil && asked.Start != nil {
		*state = initial()
	} else if err == nil {
		err = (*state).apply(&asked.Event)
	}
	if err != nil {
		return map[string]string{"$error": err.Error()}
	}
	return *state
}

func main() {
	in, out := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	var state *Account
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		if out.Encode(answer(&state, line)) != nil {
			return
		}
	}
}
