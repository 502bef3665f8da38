package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"noon/api"
	"noon/control"
	"noon/fleet"
	"noon/journal"
	"noon/rollout/record"
)

// session is a connection to a controller: one that runs elsewhere, or one
// that was started in this process.
type session struct {
	*api.Client
	about api.Controller
	// station is set where the controller is in this process.
	station *control.Station
	close   func() error
}

// role is what a command's own controller is there for.
type role int

const (
	// glance: to answer this command alone; others do not see it.
	glance role = iota
	// foreground: to carry a rollout out as long as the command runs.
	foreground
	// lasting: "noon serve".
	lasting
)

func (s *session) own() bool { return s.station != nil }

// controller is the one that acts on the service, nil if none does. It may be
// on another machine that uses the same etcd.
func (s *session) controller(ctx context.Context) (*api.Controller, error) {
	if !s.own() {
		return &s.about, nil
	}
	holder, held, err := s.station.Journal.Holder(ctx, s.about.Service)
	if err != nil || !held {
		return nil, err
	}
	return &api.Controller{Service: s.about.Service, Holder: holder}, nil
}

// connectWithin is how long a controller that is just starting is waited for.
const connectWithin = 5 * time.Second

// connect finds the controller of the state folder, or starts one here.
func (a *app) connect(ctx context.Context, r role) (*session, error) {
	service, err := fleet.Read(a.config)
	if err != nil {
		return nil, err
	}
	state, err := a.stateFolder()
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(connectWithin)
	for {
		s, err := a.connectOnce(ctx, service, state, r)
		var inUse *journal.InUseError
		if err == nil || !errors.As(err, &inUse) || time.Now().After(deadline) {
			return s, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (a *app) connectOnce(ctx context.Context, service fleet.Service, state string, r role) (*session, error) {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	socket, err := api.Socket(state)
	if err != nil {
		return nil, err
	}
	client := api.NewClient(socket)
	ask, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	if about, err := client.Controller(ask); err == nil {
		return a.elsewhere(client, about, service, r)
	}
	if r == glance {
		// Nobody else may take this controller for one that stays.
		socket = fmt.Sprintf("%s.%d", socket, os.Getpid())
	}
	return a.here(ctx, service.Name, state, socket, r)
}

// elsewhere uses a controller that runs already.
func (a *app) elsewhere(client *api.Client, about api.Controller, service fleet.Service, r role) (*session, error) {
	switch {
	case about.Service != service.Name:
		return nil, fmt.Errorf("the state folder belongs to the service %s, and %s says %s: give each service its own --state", about.Service, a.config, service.Name)
	case r == lasting:
		return nil, &exit{exitRefused, fmt.Errorf("a controller of %s runs already: %s", service.Name, about.Holder)}
	}
	return &session{Client: client, about: about, close: func() error { return nil }}, nil
}

// here starts a controller in this process, which answers on the socket as
// long as the session is open.
func (a *app) here(ctx context.Context, service, state, socket string, role role) (*session, error) {
	j, err := a.openJournal(ctx, state)
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname() // it is for people to read
	holder := journal.Holder{Name: who(), Host: host, PID: os.Getpid(), Since: time.Now()}
	r := record.New(j, service)
	station := &control.Station{Open: a.openSite, Journal: j, Record: r, Service: service, Holder: holder}
	about := api.Controller{Service: service, Holder: holder, Stays: role == lasting}
	serving, stop := context.WithCancel(context.Background())
	ended, err := api.Serve(serving, socket, api.New(station, r, about))
	if err != nil {
		stop()
		return nil, errors.Join(err, j.Close())
	}
	return &session{Client: api.NewClient(socket), about: about, station: station, close: func() error {
		stopped := station.Stop()
		stop()
		return errors.Join(stopped, <-ended, j.Close())
	}}, nil
}

func (a *app) openJournal(ctx context.Context, state string) (*journal.Journal, error) {
	if len(a.cluster.Endpoints) > 0 {
		return journal.Connect(ctx, a.cluster)
	}
	return journal.OpenEmbedded(ctx, state)
}

// with runs a command's work with a session.
func (a *app) with(ctx context.Context, r role, work func(*session) error) error {
	s, err := a.connect(ctx, r)
	if err != nil {
		return err
	}
	return errors.Join(work(s), s.close())
}
