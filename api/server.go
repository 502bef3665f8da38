// Package api is the one way in to a controller, for the command line and for
// pages: JSON over HTTP, and the events of a rollout as server-sent events. It
// reads the record, and asks for everything else through Control.
package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/sse"

	"noon/control"
	"noon/fleet"
	"noon/journal"
	"noon/plan"
	"noon/rollout"
)

// Control takes orders.
type Control interface {
	Plan(ctx context.Context, versions fleet.Versions) (plan.Plan, error)
	Deploy(ctx context.Context, o control.Order) (int64, error)
	TakeUp(ctx context.Context) (int64, error)
	Say(ctx context.Context, w control.Words) (int64, error)
	Look(ctx context.Context) (control.Fleet, error)
	Examine(ctx context.Context) ([]control.Examination, error)
	Running() (int64, error)
}

// Record is what happened.
type Record interface {
	Rollouts(ctx context.Context) ([]int64, error)
	Latest(ctx context.Context) (number int64, finished bool, err error)
	Read(ctx context.Context, number, from int64) ([]rollout.Event, error)
	Watch(ctx context.Context, number, from int64) <-chan rollout.Event
	Holder(ctx context.Context) (journal.Holder, bool, error)
}

// Controller describes the process that answers.
type Controller struct {
	Service string         `json:"service"`
	Holder  journal.Holder `json:"holder"`
	// Stays: it is "noon serve", and goes on when its client leaves.
	Stays bool `json:"stays"`
	// Running is the number of the rollout that it carries on, 0 if none;
	// Stopped says why the last one stopped, if not by its own end.
	Running int64  `json:"running"`
	Stopped string `json:"stopped,omitempty"`
}

// server answers requests.
type server struct {
	control Control
	record  Record
	about   Controller
}

// Number is a rollout's number.
type Number struct {
	Number int64 `json:"number"`
}

// body wraps what is answered.
type body[T any] struct{ Body T }

// New returns the API's handler.
func New(c Control, r Record, about Controller) http.Handler {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("noon", "1")
	config.CreateHooks = nil // no $schema links in answers
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	a := huma.NewAPI(config, humago.NewAdapter(mux, ""))
	s := &server{control: c, record: r, about: about}
	s.routes(a)
	return http.NewCrossOriginProtection().Handler(mux)
}

// schemaName names the schema of a type; the judges of logs and of monitors have
// words of their own that other packages have, too.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch t.PkgPath() {
	case "noon/judge/logs":
		return "Log" + name
	case "noon/judge/monitors":
		return "Monitors" + name
	}
	return name
}

func (s *server) routes(a huma.API) {
	huma.Get(a, "/api/v1/controller", s.getController)
	huma.Get(a, "/api/v1/fleet", s.getFleet)
	huma.Get(a, "/api/v1/doctor", s.getDoctor)
	huma.Post(a, "/api/v1/plans", s.postPlan)
	huma.Get(a, "/api/v1/rollouts", s.getRollouts)
	huma.Post(a, "/api/v1/rollouts", s.postRollout)
	huma.Get(a, "/api/v1/rollouts/{number}", s.getRollout)
	huma.Post(a, "/api/v1/orders", s.postOrder)
	huma.Post(a, "/api/v1/takeups", s.postTakeUp)
	sse.Register(a, huma.Operation{
		OperationID: "watch-rollout", Method: http.MethodGet, Path: "/api/v1/rollouts/{number}/events",
		Summary: "The events of a rollout, from a sequence on, as they happen",
	}, map[string]any{"event": rollout.Event{}}, s.watch)
}

func (s *server) getController(context.Context, *struct{}) (*body[Controller], error) {
	about := s.about
	running, err := s.control.Running()
	if about.Running = running; err != nil {
		about.Stopped = err.Error()
	}
	return &body[Controller]{about}, nil
}

func (s *server) getFleet(ctx context.Context, _ *struct{}) (*body[control.Fleet], error) {
	return answer(s.control.Look(ctx))
}

func (s *server) getDoctor(ctx context.Context, _ *struct{}) (*body[[]control.Examination], error) {
	return answer(s.control.Examine(ctx))
}

// PlanRequest asks what a deploy of a version, or of several ("v2,v3"), would do.
type PlanRequest struct {
	Version string `json:"version" maxLength:"1000"`
}

func (s *server) postPlan(ctx context.Context, in *body[PlanRequest]) (*body[plan.Plan], error) {
	versions, err := fleet.ParseVersions(in.Body.Version)
	if err != nil {
		return nil, usageError(err)
	}
	return answer(s.control.Plan(ctx, versions))
}

// DeployRequest starts a rollout to a version, or to one of several ("v2,v3").
type DeployRequest struct {
	Version string `json:"version" maxLength:"1000"`
	By      string `json:"by" maxLength:"200"`
	Why     string `json:"why,omitempty" maxLength:"1000"`
}

func (s *server) postRollout(ctx context.Context, in *body[DeployRequest]) (*body[Number], error) {
	versions, err := fleet.ParseVersions(in.Body.Version)
	if err != nil {
		return nil, usageError(err)
	}
	return number(s.control.Deploy(ctx, control.Order{Versions: versions, By: in.Body.By, Why: in.Body.Why}))
}

// OrderRequest is a human's word about the rollout under way.
type OrderRequest struct {
	Verb string `json:"verb" enum:"promote,hold,resume,rollback,abort"`
	By   string `json:"by" maxLength:"200"`
	Why  string `json:"why,omitempty" maxLength:"1000"`
	Seen int64  `json:"seen,omitempty"`
	// Version is the one to promote, where there are several.
	Version string `json:"version,omitempty" maxLength:"200"`
}

func (s *server) postOrder(ctx context.Context, in *body[OrderRequest]) (*body[Number], error) {
	w := in.Body
	words := control.Words{Verb: control.Verb(w.Verb), By: w.By, Why: w.Why, Seen: w.Seen}
	if w.Version != "" {
		version, err := fleet.ParseVersion(w.Version)
		if err != nil {
			return nil, usageError(err)
		}
		words.Version = version
	}
	return number(s.control.Say(ctx, words))
}

func (s *server) postTakeUp(ctx context.Context, _ *struct{}) (*body[Number], error) {
	return number(s.control.TakeUp(ctx))
}

// numbered names a rollout in a path; 0 is the latest one.
type numbered struct {
	Number int64 `path:"number"`
	From   int64 `query:"from"`
	// Last is what a browser sends when it connects again.
	Last int64 `header:"Last-Event-ID"`
}

func (s *server) resolve(ctx context.Context, n int64) (int64, error) {
	if n != 0 {
		return n, nil
	}
	latest, _, err := s.record.Latest(ctx)
	if err == nil && latest == 0 {
		err = notFound("there has been no rollout yet: \"noon deploy VERSION\" starts one")
	}
	return latest, err
}

// Rollout is a rollout with its events.
type Rollout struct {
	Number int64           `json:"number"`
	Events []rollout.Event `json:"events"`
}

func (s *server) getRollout(ctx context.Context, in *numbered) (*body[Rollout], error) {
	n, err := s.resolve(ctx, in.Number)
	if err != nil {
		return nil, problem(err)
	}
	events, err := s.record.Read(ctx, n, max(in.From, 1))
	if err == nil && len(events) == 0 {
		err = notFound("there is no rollout %d: \"noon history\" lists them", n)
	}
	return answer(Rollout{Number: n, Events: events}, err)
}

// listing says how many rollouts are listed at the most, the latest first.
type listing struct {
	Last int `query:"last" default:"20" minimum:"1" maximum:"1000"`
}

func (s *server) getRollouts(ctx context.Context, in *listing) (*body[[]Summary], error) {
	all, err := s.record.Rollouts(ctx)
	if err != nil {
		return nil, problem(err)
	}
	summaries := []Summary{}
	for i := len(all) - 1; i >= 0 && len(summaries) < in.Last; i-- {
		events, err := s.record.Read(ctx, all[i], 1)
		if err != nil {
			return nil, problem(err)
		}
		summaries = append(summaries, Summarize(all[i], rollout.Fold(events)))
	}
	return &body[[]Summary]{summaries}, nil
}

func (s *server) watch(ctx context.Context, in *numbered, send sse.Sender) {
	n, err := s.resolve(ctx, in.Number)
	if err != nil {
		return
	}
	for e := range s.record.Watch(ctx, n, max(in.From, in.Last+1, 1)) {
		if send(sse.Message{ID: int(e.Sequence), Data: e}) != nil {
			return
		}
	}
}

func answer[T any](value T, err error) (*body[T], error) {
	if err != nil {
		return nil, problem(err)
	}
	return &body[T]{value}, nil
}

func number(n int64, err error) (*body[Number], error) { return answer(Number{n}, err) }
