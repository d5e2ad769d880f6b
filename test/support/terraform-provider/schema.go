package main

import (
	_ "embed"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What `terraform providers schema -json` printed for the real provider: served as it was recorded, so that the two
// cannot differ.
//
//go:embed docker-3.6.2.schema.json
var recording []byte

type recordedSchema struct {
	Version int64         `json:"version"`
	Block   recordedBlock `json:"block"`
}

type recordedBlock struct {
	Attributes map[string]struct {
		Type      json.RawMessage `json:"type"`
		Required  bool            `json:"required"`
		Optional  bool            `json:"optional"`
		Computed  bool            `json:"computed"`
		Sensitive bool            `json:"sensitive"`
	} `json:"attributes"`
	BlockTypes map[string]struct {
		Nesting  string        `json:"nesting_mode"`
		Block    recordedBlock `json:"block"`
		MinItems int64         `json:"min_items"`
		MaxItems int64         `json:"max_items"`
	} `json:"block_types"`
}

// The schemas of the provider itself and of its resources.
func recordedSchemas() (*tfprotov5.Schema, map[string]*tfprotov5.Schema, error) {
	var document struct {
		Providers map[string]struct {
			Provider  recordedSchema            `json:"provider"`
			Resources map[string]recordedSchema `json:"resource_schemas"`
		} `json:"provider_schemas"`
	}
	if err := json.Unmarshal(recording, &document); err != nil {
		return nil, nil, err
	}
	recorded := document.Providers[address]
	own, err := recorded.Provider.schema()
	if err != nil {
		return nil, nil, err
	}
	resources := map[string]*tfprotov5.Schema{}
	for name, resource := range recorded.Resources {
		if resources[name], err = resource.schema(); err != nil {
			return nil, nil, err
		}
	}
	return own, resources, nil
}

func (recorded recordedSchema) schema() (*tfprotov5.Schema, error) {
	block, err := recorded.Block.block()
	return &tfprotov5.Schema{Version: recorded.Version, Block: block}, err
}

var nestings = map[string]tfprotov5.SchemaNestedBlockNestingMode{
	"single": tfprotov5.SchemaNestedBlockNestingModeSingle,
	"list":   tfprotov5.SchemaNestedBlockNestingModeList,
	"set":    tfprotov5.SchemaNestedBlockNestingModeSet,
	"map":    tfprotov5.SchemaNestedBlockNestingModeMap,
}

func (recorded recordedBlock) block() (*tfprotov5.SchemaBlock, error) {
	block := &tfprotov5.SchemaBlock{}
	for name, attribute := range recorded.Attributes {
		kind, err := tftypes.ParseJSONType(attribute.Type) //nolint:staticcheck // The recording has types in just this form.
		if err != nil {
			return nil, err
		}
		block.Attributes = append(block.Attributes, &tfprotov5.SchemaAttribute{
			Name:      name,
			Type:      kind,
			Required:  attribute.Required,
			Optional:  attribute.Optional,
			Computed:  attribute.Computed,
			Sensitive: attribute.Sensitive,
		})
	}
	for name, nested := range recorded.BlockTypes {
		inner, err := nested.Block.block()
		if err != nil {
			return nil, err
		}
		block.BlockTypes = append(block.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name,
			Block:    inner,
			Nesting:  nestings[nested.Nesting],
			MinItems: nested.MinItems,
			MaxItems: nested.MaxItems,
		})
	}
	return block, nil
}
