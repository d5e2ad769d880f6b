package main

import (
	"context"
)

type volume struct{}

func (volume) serves() []string { return []string{"name", "driver", "driver_opts", "labels"} }

func (volume) changeable() []string { return nil }

func (volume) create(ctx context.Context, daemon *daemon, wanted fields) (string, error) {
	body := map[string]any{
		"Name":       wanted.text("name"),
		"Driver":     firstOf(wanted.text("driver"), "local"),
		"DriverOpts": wanted.textMap("driver_opts"),
		"Labels":     wanted.labels(),
	}
	var made struct{ Name string }
	err := daemon.call(ctx, "POST", "/volumes/create", body, &made)
	return made.Name, err
}

func (volume) read(ctx context.Context, daemon *daemon, known fields) (fields, bool, error) {
	var found struct{ Name, Driver, Mountpoint string }
	err := daemon.call(ctx, "GET", "/volumes"+segment(known.text("id")), nil, &found)
	if isMissing(err) {
		return nil, false, nil
	}
	return fields{"name": found.Name, "driver": found.Driver, "mountpoint": found.Mountpoint}, err == nil, err
}

func (volume) remove(ctx context.Context, daemon *daemon, known fields) error {
	return unlessMissing(daemon.call(ctx, "DELETE", "/volumes"+segment(known.text("id"))+"?force=true", nil, nil))
}
