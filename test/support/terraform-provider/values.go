package main

import (
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// A resource's values by name, as plain Go: string, bool, float64, []any, map[string]any. What is null or unknown is not in it.
type fields map[string]any

func fieldsOf(value tftypes.Value) (fields, error) {
	plain, err := plainOf(value)
	values, _ := plain.(map[string]any)
	return values, err
}

func plainOf(value tftypes.Value) (any, error) {
	if value.IsNull() || !value.IsKnown() {
		return nil, nil
	}
	switch kind := value.Type(); {
	case kind.Is(tftypes.String):
		var text string
		err := value.As(&text)
		return text, err
	case kind.Is(tftypes.Bool):
		var truth bool
		err := value.As(&truth)
		return truth, err
	case kind.Is(tftypes.Number):
		var number big.Float
		err := value.As(&number)
		float, _ := number.Float64()
		return float, err
	case kind.Is(tftypes.List{}), kind.Is(tftypes.Set{}):
		return plainList(value)
	case kind.Is(tftypes.Map{}), kind.Is(tftypes.Object{}):
		return plainMap(value)
	default:
		return nil, fmt.Errorf("a value of type %s", kind)
	}
}

func plainList(value tftypes.Value) (any, error) {
	var items []tftypes.Value
	if err := value.As(&items); err != nil {
		return nil, err
	}
	list := []any{}
	for _, item := range items {
		plain, err := plainOf(item)
		if err != nil {
			return nil, err
		}
		list = append(list, plain)
	}
	return list, nil
}

func plainMap(value tftypes.Value) (any, error) {
	var items map[string]tftypes.Value
	if err := value.As(&items); err != nil {
		return nil, err
	}
	plains := map[string]any{}
	for name, item := range items {
		plain, err := plainOf(item)
		if err != nil {
			return nil, err
		}
		if plain != nil {
			plains[name] = plain
		}
	}
	return plains, nil
}

func (values fields) text(name string) string {
	text, _ := values[name].(string)
	return text
}

func (values fields) number(name string) int64 {
	number, _ := values[name].(float64)
	return int64(number)
}

// What stands for an absent value is the real provider's default.
func (values fields) truth(name string, absent bool) bool {
	if truth, ok := values[name].(bool); ok {
		return truth
	}
	return absent
}

func (values fields) texts(name string) []string {
	texts := []string{}
	items, _ := values[name].([]any)
	for _, item := range items {
		text, _ := item.(string)
		texts = append(texts, text)
	}
	return texts
}

func (values fields) textMap(name string) map[string]string {
	texts := map[string]string{}
	items, _ := values[name].(map[string]any)
	for key, item := range items {
		texts[key], _ = item.(string)
	}
	return texts
}

func (values fields) blocks(name string) []fields {
	blocks := []fields{}
	items, _ := values[name].([]any)
	for _, item := range items {
		if block, ok := item.(map[string]any); ok {
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// The blocks `labels { label value }` that all these resources have.
func (values fields) labels() map[string]string {
	labels := map[string]string{}
	for _, block := range values.blocks("labels") {
		labels[block.text("label")] = block.text("value")
	}
	return labels
}

// A value of the given type out of what a daemon's JSON holds; null for nil.
func valueOf(kind tftypes.Type, plain any) tftypes.Value {
	switch items := plain.(type) {
	case nil:
		return tftypes.NewValue(kind, nil)
	case []any:
		values := []tftypes.Value{}
		for _, item := range items {
			values = append(values, valueOf(elementType(kind), item))
		}
		return tftypes.NewValue(kind, values)
	case map[string]any:
		values := map[string]tftypes.Value{}
		for name, inner := range kind.(tftypes.Object).AttributeTypes {
			values[name] = valueOf(inner, items[name])
		}
		return tftypes.NewValue(kind, values)
	default:
		return tftypes.NewValue(kind, plain)
	}
}

func elementType(kind tftypes.Type) tftypes.Type {
	if set, ok := kind.(tftypes.Set); ok {
		return set.ElementType
	}
	return kind.(tftypes.List).ElementType
}
