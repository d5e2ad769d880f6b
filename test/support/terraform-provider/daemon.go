package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// A Docker daemon, spoken to over its HTTP API (docs.docker.com/reference/api/engine) in version 1.41, which every daemon
// since 20.10 understands.
type daemon struct {
	client *http.Client
	base   string
}

// `host` as in DOCKER_HOST: unix:///path or tcp://host:port.
func connect(host string) (*daemon, error) {
	if path, ok := strings.CutPrefix(host, "unix://"); ok {
		dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}
		return &daemon{&http.Client{Transport: &http.Transport{DialContext: dial}}, "http://docker/v1.41"}, nil
	}
	if address, ok := strings.CutPrefix(host, "tcp://"); ok {
		return &daemon{http.DefaultClient, "http://" + address + "/v1.41"}, nil
	}
	return nil, fmt.Errorf("the stand-in provider reaches daemons at unix:// and tcp:// addresses only, not at %q", host)
}

// An answer of the daemon that is not a success.
type refusal struct {
	status  int
	message string
}

func (refused refusal) Error() string {
	return fmt.Sprintf("Error response from daemon: %s", refused.message)
}

func isMissing(err error) bool {
	refused, ok := err.(refusal)
	return ok && refused.status == http.StatusNotFound
}

// Calls with a JSON body, which may be nil, and reads the JSON answer into `answer`, which may be nil.
func (daemon *daemon) call(ctx context.Context, method, path string, body, answer any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	response, err := daemon.send(ctx, method, path, content, "application/json")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if answer == nil {
		_, err = io.Copy(io.Discard, response.Body)
		return err
	}
	return json.NewDecoder(response.Body).Decode(answer)
}

// Calls what answers with a stream of JSON messages, of which one may tell an error.
func (daemon *daemon) stream(ctx context.Context, path string, body io.Reader, contentType string) error {
	response, err := daemon.send(ctx, http.MethodPost, path, body, contentType)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	for decoder := json.NewDecoder(response.Body); ; {
		var message struct {
			Error string `json:"error"`
		}
		if err := decoder.Decode(&message); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if message.Error != "" {
			return refusal{http.StatusInternalServerError, message.Error}
		}
	}
}

func (daemon *daemon) send(ctx context.Context, method, path string, body io.Reader, contentType string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, daemon.base+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	response, err := daemon.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("Cannot connect to the Docker daemon: %w", err)
	}
	if response.StatusCode < 400 {
		return response, nil
	}
	defer response.Body.Close()
	var problem struct {
		Message string `json:"message"`
	}
	_ = json.NewDecoder(response.Body).Decode(&problem)
	return nil, refusal{response.StatusCode, problem.Message}
}

func segment(text string) string { return "/" + url.PathEscape(text) }
