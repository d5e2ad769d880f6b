package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// One type of resource on a daemon.
type resource interface {
	// Names of what it makes use of; whoever sets anything else is told so.
	serves() []string
	// Names of what can be changed without making it anew.
	changeable() []string
	// Makes it; gives its id.
	create(ctx context.Context, daemon *daemon, wanted fields) (string, error)
	// What only the daemon knows of it, by attribute; `found` false where it is not there, or not as it must be.
	read(ctx context.Context, daemon *daemon, known fields) (computed fields, found bool, err error)
	remove(ctx context.Context, daemon *daemon, known fields) error
}

// Serves the resources over Terraform's protocol, version 5. What it leaves to the embedded interface is never called: the
// schema has neither data sources nor functions.
type server struct {
	tfprotov5.ProviderServer
	own       *tfprotov5.Schema
	schemas   map[string]*tfprotov5.Schema
	resources map[string]resource
	daemon    *daemon
}

func newServer() *server {
	own, schemas, err := recordedSchemas()
	if err != nil {
		panic(err)
	}
	return &server{own: own, schemas: schemas, resources: map[string]resource{
		"docker_container": container{},
		"docker_image":     image{},
		"docker_network":   network{},
		"docker_volume":    volume{},
	}}
}

func (server *server) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{Provider: server.own, ResourceSchemas: server.schemas}, nil
}

func (server *server) PrepareProviderConfig(_ context.Context, request *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (server *server) ConfigureProvider(ctx context.Context, request *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	response := &tfprotov5.ConfigureProviderResponse{}
	config, err := server.fieldsOf(server.own, request.Config)
	if err == nil {
		server.daemon, err = connect(firstOf(config.text("host"), os.Getenv("DOCKER_HOST"), "unix:///var/run/docker.sock"))
	}
	if err == nil {
		err = server.daemon.call(ctx, "GET", "/version", nil, nil)
	}
	response.Diagnostics = problems(err)
	return response, nil
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func (server *server) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (server *server) ValidateResourceTypeConfig(_ context.Context, request *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	config, err := server.fieldsOf(server.schemas[request.TypeName], request.Config)
	response := &tfprotov5.ValidateResourceTypeConfigResponse{Diagnostics: problems(err)}
	served := namesOf(server.resources[request.TypeName].serves())
	for name, value := range config {
		if list, isList := value.([]any); served[name] || isList && len(list) == 0 {
			continue
		}
		unserved := fmt.Errorf("%s.%s is not served by this stand-in for the provider", request.TypeName, name)
		response.Diagnostics = append(response.Diagnostics, problems(unserved)...)
	}
	return response, nil
}

func (server *server) UpgradeResourceState(_ context.Context, request *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	response := &tfprotov5.UpgradeResourceStateResponse{}
	kind := server.schemas[request.TypeName].ValueType()
	value, err := request.RawState.Unmarshal(kind)
	if err == nil {
		response.UpgradedState, err = dynamic(kind, value)
	}
	response.Diagnostics = problems(err)
	return response, nil
}

func (server *server) ReadResource(ctx context.Context, request *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	schema := server.schemas[request.TypeName]
	known, err := server.fieldsOf(schema, request.CurrentState)
	if err != nil {
		return &tfprotov5.ReadResourceResponse{Diagnostics: problems(err)}, nil
	}
	_, found, err := server.resources[request.TypeName].read(ctx, server.daemon, known)
	response := &tfprotov5.ReadResourceResponse{NewState: request.CurrentState, Diagnostics: problems(err)}
	if err == nil && !found {
		response.NewState, err = dynamic(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
		response.Diagnostics = problems(err)
	}
	return response, nil
}

func (server *server) PlanResourceChange(_ context.Context, request *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	schema := server.schemas[request.TypeName]
	kind := schema.ValueType()
	prior, err := request.PriorState.Unmarshal(kind)
	if err != nil {
		return &tfprotov5.PlanResourceChangeResponse{Diagnostics: problems(err)}, nil
	}
	proposed, err := request.ProposedNewState.Unmarshal(kind)
	if err != nil || proposed.IsNull() {
		return &tfprotov5.PlanResourceChangeResponse{PlannedState: request.ProposedNewState, Diagnostics: problems(err)}, nil
	}
	response := &tfprotov5.PlanResourceChangeResponse{UnsafeToUseLegacyTypeSystem: true}
	if prior.IsNull() {
		response.PlannedState, err = withUnknowns(schema, proposed)
	} else {
		response.PlannedState = request.ProposedNewState
		response.RequiresReplace, err = replacing(prior, proposed, namesOf(server.resources[request.TypeName].changeable()))
	}
	response.Diagnostics = problems(err)
	return response, nil
}

// What a new resource is planned to be: all that only the daemon can tell is unknown yet.
func withUnknowns(schema *tfprotov5.Schema, proposed tftypes.Value) (*tfprotov5.DynamicValue, error) {
	values := map[string]tftypes.Value{}
	if err := proposed.As(&values); err != nil {
		return nil, err
	}
	for _, attribute := range schema.Block.Attributes {
		if attribute.Computed && values[attribute.Name].IsNull() {
			values[attribute.Name] = tftypes.NewValue(attribute.Type, tftypes.UnknownValue)
		}
	}
	return dynamic(proposed.Type(), tftypes.NewValue(proposed.Type(), values))
}

// The attributes and blocks whose change needs the resource to be made anew.
func replacing(prior, proposed tftypes.Value, changeable map[string]bool) ([]*tftypes.AttributePath, error) {
	before, after := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	if err := prior.As(&before); err != nil {
		return nil, err
	}
	if err := proposed.As(&after); err != nil {
		return nil, err
	}
	paths := []*tftypes.AttributePath{}
	for name, value := range after {
		if !changeable[name] && !value.Equal(before[name]) {
			paths = append(paths, tftypes.NewAttributePath().WithAttributeName(name))
		}
	}
	return paths, nil
}

func (server *server) ApplyResourceChange(ctx context.Context, request *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	schema := server.schemas[request.TypeName]
	prior, err := request.PriorState.Unmarshal(schema.ValueType())
	if err != nil {
		return &tfprotov5.ApplyResourceChangeResponse{Diagnostics: problems(err)}, nil
	}
	planned, err := request.PlannedState.Unmarshal(schema.ValueType())
	if err != nil {
		return &tfprotov5.ApplyResourceChangeResponse{Diagnostics: problems(err)}, nil
	}
	response := &tfprotov5.ApplyResourceChangeResponse{NewState: request.PlannedState, UnsafeToUseLegacyTypeSystem: true}
	switch resource := server.resources[request.TypeName]; {
	case planned.IsNull():
		var known fields
		if known, err = fieldsOf(prior); err == nil {
			err = resource.remove(ctx, server.daemon, known)
		}
		if err != nil {
			response.NewState = request.PriorState
		}
	case prior.IsNull():
		response.NewState, err = server.create(ctx, resource, schema, planned)
	}
	response.Diagnostics = problems(err)
	return response, nil
}

// A resource that was made and does not come up is kept in the state, tainted, as the real provider keeps it.
func (server *server) create(ctx context.Context, resource resource, schema *tfprotov5.Schema, planned tftypes.Value) (*tfprotov5.DynamicValue, error) {
	wanted, err := fieldsOf(planned)
	if err != nil {
		return nil, err
	}
	id, failure := resource.create(ctx, server.daemon, wanted)
	if id == "" {
		state, _ := dynamic(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
		return state, failure
	}
	wanted["id"] = id
	computed, _, err := resource.read(ctx, server.daemon, wanted)
	if failure == nil {
		failure = err
	}
	values := map[string]tftypes.Value{}
	if err := planned.As(&values); err != nil {
		return nil, err
	}
	values["id"] = tftypes.NewValue(tftypes.String, id)
	for _, attribute := range schema.Block.Attributes {
		if !values[attribute.Name].IsKnown() {
			values[attribute.Name] = valueOf(attribute.Type, computed[attribute.Name])
		}
	}
	state, err := dynamic(schema.ValueType(), tftypes.NewValue(schema.ValueType(), values))
	if failure == nil {
		failure = err
	}
	return state, failure
}

func (server *server) fieldsOf(schema *tfprotov5.Schema, value *tfprotov5.DynamicValue) (fields, error) {
	decoded, err := value.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	return fieldsOf(decoded)
}

func dynamic(kind tftypes.Type, value tftypes.Value) (*tfprotov5.DynamicValue, error) {
	encoded, err := tfprotov5.NewDynamicValue(kind, value)
	return &encoded, err
}

func problems(err error) []*tfprotov5.Diagnostic {
	if err == nil {
		return nil
	}
	return []*tfprotov5.Diagnostic{{Severity: tfprotov5.DiagnosticSeverityError, Summary: err.Error()}}
}

func namesOf(names []string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}
