// A stand-in for the provider kreuzwerker/docker, for tests on machines that cannot have the real one: it serves four of
// its resources under its recorded schema, as far as the stacks use them, on a real Docker daemon.
package main

import (
	"log"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
)

const address = "registry.terraform.io/kreuzwerker/docker"

func main() {
	err := tf5server.Serve(address, func() tfprotov5.ProviderServer { return newServer() })
	if err != nil {
		log.Fatal(err)
	}
}
