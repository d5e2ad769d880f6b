package main

import (
	"context"
)

type network struct{}

func (network) serves() []string {
	return []string{"name", "driver", "internal", "attachable", "options", "ipam_driver", "ipam_config", "labels"}
}

func (network) changeable() []string { return nil }

func (network) create(ctx context.Context, daemon *daemon, wanted fields) (string, error) {
	ranges := []map[string]any{}
	for _, config := range wanted.blocks("ipam_config") {
		ranges = append(ranges, map[string]any{
			"Subnet":             config.text("subnet"),
			"Gateway":            config.text("gateway"),
			"IPRange":            config.text("ip_range"),
			"AuxiliaryAddresses": config.textMap("aux_address"),
		})
	}
	body := map[string]any{
		"Name":       wanted.text("name"),
		"Driver":     firstOf(wanted.text("driver"), "bridge"),
		"Internal":   wanted.truth("internal", false),
		"Attachable": wanted.truth("attachable", false),
		"Options":    wanted.textMap("options"),
		"Labels":     wanted.labels(),
		"IPAM":       map[string]any{"Driver": firstOf(wanted.text("ipam_driver"), "default"), "Config": ranges},
		// Docker itself would make a second network of the same name.
		"CheckDuplicate": true,
	}
	var made struct{ Id string }
	err := daemon.call(ctx, "POST", "/networks/create", body, &made)
	return made.Id, err
}

func (network) read(ctx context.Context, daemon *daemon, known fields) (fields, bool, error) {
	var found struct {
		Driver, Scope string
		Internal      bool
	}
	err := daemon.call(ctx, "GET", "/networks"+segment(known.text("id")), nil, &found)
	if isMissing(err) {
		return nil, false, nil
	}
	return fields{"driver": found.Driver, "scope": found.Scope, "internal": found.Internal}, err == nil, err
}

func (network) remove(ctx context.Context, daemon *daemon, known fields) error {
	return unlessMissing(daemon.call(ctx, "DELETE", "/networks"+segment(known.text("id")), nil, nil))
}

func unlessMissing(err error) error {
	if isMissing(err) {
		return nil
	}
	return err
}
