package main

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"
)

type container struct{}

func (container) serves() []string {
	return []string{
		"name", "image", "hostname", "command", "entrypoint", "user", "working_dir", "env", "labels", "healthcheck",
		"stop_signal", "stop_timeout", "capabilities", "security_opts", "privileged", "mounts", "volumes", "tmpfs", "ports",
		"networks_advanced", "network_mode", "max_retry_count", "pid_mode", "ipc_mode", "cgroupns_mode", "restart", "init", "memory", "log_driver",
		"log_opts", "upload", "host", "ulimit", "read_only", "group_add", "start", "must_run", "rm", "wait", "wait_timeout",
		"attach", "logs", "destroy_grace_seconds", "remove_volumes", "container_read_refresh_timeout_milliseconds",
	}
}

func (container) changeable() []string {
	return []string{"must_run", "rm", "start", "wait", "wait_timeout", "attach", "logs", "destroy_grace_seconds", "remove_volumes",
		"container_read_refresh_timeout_milliseconds"}
}

func (container container) create(ctx context.Context, daemon *daemon, wanted fields) (string, error) {
	var made struct{ Id string }
	path := "/containers/create?name=" + wanted.text("name")
	if err := daemon.call(ctx, "POST", path, containerBody(wanted), &made); err != nil {
		return "", err
	}
	if err := joinNetworks(ctx, daemon, made.Id, wanted); err != nil {
		return made.Id, err
	}
	if err := uploadFiles(ctx, daemon, made.Id, wanted); err != nil {
		return made.Id, err
	}
	if !wanted.truth("start", true) {
		return made.Id, nil
	}
	if err := daemon.call(ctx, "POST", "/containers/"+made.Id+"/start", nil, nil); err != nil {
		return made.Id, err
	}
	if wanted.truth("wait", false) {
		return made.Id, awaitHealthy(ctx, daemon, made.Id, time.Duration(wanted.number("wait_timeout"))*time.Second)
	}
	return made.Id, nil
}

func containerBody(wanted fields) map[string]any {
	exposed, bound := portsOf(wanted)
	body := map[string]any{
		"Image":        wanted.text("image"),
		"Hostname":     wanted.text("hostname"),
		"User":         wanted.text("user"),
		"WorkingDir":   wanted.text("working_dir"),
		"Env":          wanted.texts("env"),
		"Labels":       wanted.labels(),
		"ExposedPorts": exposed,
		"HostConfig":   hostConfig(wanted, bound),
	}
	for name, field := range map[string]string{"command": "Cmd", "entrypoint": "Entrypoint"} {
		if words := wanted.texts(name); len(words) > 0 {
			body[field] = words
		}
	}
	if signal := wanted.text("stop_signal"); signal != "" {
		body["StopSignal"] = signal
	}
	if wanted["stop_timeout"] != nil {
		body["StopTimeout"] = wanted.number("stop_timeout")
	}
	for _, check := range wanted.blocks("healthcheck") {
		body["Healthcheck"] = map[string]any{
			"Test":        check.texts("test"),
			"Interval":    nanoseconds(check.text("interval")),
			"Timeout":     nanoseconds(check.text("timeout")),
			"StartPeriod": nanoseconds(check.text("start_period")),
			"Retries":     check.number("retries"),
		}
	}
	return body
}

func nanoseconds(text string) int64 {
	duration, _ := time.ParseDuration(text)
	return duration.Nanoseconds()
}

func hostConfig(wanted fields, bound map[string][]map[string]string) map[string]any {
	config := map[string]any{
		"Privileged":     wanted.truth("privileged", false),
		"NetworkMode":    firstOf(wanted.text("network_mode"), "default"),
		"PidMode":        wanted.text("pid_mode"),
		"IpcMode":        wanted.text("ipc_mode"),
		"CgroupnsMode":   wanted.text("cgroupns_mode"),
		"RestartPolicy":  map[string]any{"Name": firstOf(wanted.text("restart"), "no"), "MaximumRetryCount": wanted.number("max_retry_count")},
		"AutoRemove":     wanted.truth("rm", false),
		"PortBindings":   bound,
		"Tmpfs":          wanted.textMap("tmpfs"),
		"ReadonlyRootfs": wanted.truth("read_only", false),
		"GroupAdd":       wanted.texts("group_add"),
		"SecurityOpt":    wanted.texts("security_opts"),
		// The real provider counts in megabytes.
		"Memory": wanted.number("memory") << 20,
		"Mounts": mountsOf(wanted),
		"Binds":  bindsOf(wanted),
	}
	if wanted["init"] != nil {
		config["Init"] = wanted.truth("init", false)
	}
	if driver := wanted.text("log_driver"); driver != "" || len(wanted.textMap("log_opts")) > 0 {
		config["LogConfig"] = map[string]any{"Type": firstOf(driver, "json-file"), "Config": wanted.textMap("log_opts")}
	}
	for _, capabilities := range wanted.blocks("capabilities") {
		config["CapAdd"], config["CapDrop"] = capabilities.texts("add"), capabilities.texts("drop")
	}
	hosts := []string{}
	for _, host := range wanted.blocks("host") {
		hosts = append(hosts, host.text("host")+":"+host.text("ip"))
	}
	config["ExtraHosts"] = hosts
	limits := []map[string]any{}
	for _, limit := range wanted.blocks("ulimit") {
		limits = append(limits, map[string]any{"Name": limit.text("name"), "Soft": limit.number("soft"), "Hard": limit.number("hard")})
	}
	config["Ulimits"] = limits
	return config
}

func portsOf(wanted fields) (exposed map[string]struct{}, bound map[string][]map[string]string) {
	exposed, bound = map[string]struct{}{}, map[string][]map[string]string{}
	for _, port := range wanted.blocks("ports") {
		name := fmt.Sprintf("%d/%s", port.number("internal"), firstOf(port.text("protocol"), "tcp"))
		external := ""
		if number := port.number("external"); number != 0 {
			external = strconv.FormatInt(number, 10)
		}
		exposed[name] = struct{}{}
		bound[name] = append(bound[name], map[string]string{"HostIp": port.text("ip"), "HostPort": external})
	}
	return exposed, bound
}

func mountsOf(wanted fields) []map[string]any {
	mounts := []map[string]any{}
	for _, mount := range wanted.blocks("mounts") {
		made := map[string]any{
			"Type":     mount.text("type"),
			"Source":   mount.text("source"),
			"Target":   mount.text("target"),
			"ReadOnly": mount.truth("read_only", false),
		}
		for _, options := range mount.blocks("bind_options") {
			made["BindOptions"] = map[string]any{"Propagation": options.text("propagation")}
		}
		mounts = append(mounts, made)
	}
	return mounts
}

func bindsOf(wanted fields) []string {
	binds := []string{}
	for _, volume := range wanted.blocks("volumes") {
		mode := ":rw"
		if volume.truth("read_only", false) {
			mode = ":ro"
		}
		source := firstOf(volume.text("volume_name"), volume.text("host_path"))
		binds = append(binds, source+":"+volume.text("container_path")+mode)
	}
	return binds
}

func joinNetworks(ctx context.Context, daemon *daemon, id string, wanted fields) error {
	networks := wanted.blocks("networks_advanced")
	if len(networks) > 0 {
		body := map[string]any{"Container": id, "Force": false}
		// With a network_mode of its own it never was in there, which the daemon answers 404 or 403.
		if err := daemon.call(ctx, "POST", "/networks/bridge/disconnect", body, nil); err != nil {
			if _, refused := err.(refusal); !refused {
				return err
			}
		}
	}
	for _, network := range networks {
		address := map[string]any{"IPv4Address": network.text("ipv4_address"), "IPv6Address": network.text("ipv6_address")}
		body := map[string]any{
			"Container":      id,
			"EndpointConfig": map[string]any{"Aliases": network.texts("aliases"), "IPAMConfig": address},
		}
		if err := daemon.call(ctx, "POST", "/networks"+segment(network.text("name"))+"/connect", body, nil); err != nil {
			return err
		}
	}
	return nil
}

func uploadFiles(ctx context.Context, daemon *daemon, id string, wanted fields) error {
	for _, upload := range wanted.blocks("upload") {
		var packed bytes.Buffer
		archive := tar.NewWriter(&packed)
		content := upload.text("content")
		mode := int64(0o644)
		if upload.truth("executable", false) {
			mode = 0o744
		}
		header := &tar.Header{Name: upload.text("file"), Mode: mode, Size: int64(len(content)), ModTime: time.Now()}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write([]byte(content)); err != nil {
			return err
		}
		if err := archive.Close(); err != nil {
			return err
		}
		response, err := daemon.send(ctx, "PUT", "/containers/"+id+"/archive?path=/", &packed, "application/x-tar")
		if err != nil {
			return err
		}
		response.Body.Close()
	}
	return nil
}

type inspectedContainer struct {
	State struct {
		Running  bool
		ExitCode int64
		Health   *struct{ Status string }
	}
	Config struct {
		Hostname   string
		Cmd        []string
		Entrypoint []string
		Env        []string
		StopSignal string
	}
	HostConfig struct {
		IpcMode, Runtime string
		ShmSize          int64
		SecurityOpt      []string
		LogConfig        struct{ Type string }
	}
	NetworkSettings struct {
		Networks map[string]struct {
			Gateway, IPAddress, IPv6Gateway, GlobalIPv6Address, MacAddress string
			IPPrefixLen, GlobalIPv6PrefixLen                               int64
		}
	}
}

func inspectContainer(ctx context.Context, daemon *daemon, id string) (found inspectedContainer, err error) {
	err = daemon.call(ctx, "GET", "/containers/"+id+"/json", nil, &found)
	return found, err
}

func awaitHealthy(ctx context.Context, daemon *daemon, id string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		found, err := inspectContainer(ctx, daemon, id)
		if err != nil {
			return err
		}
		if health := found.State.Health; health == nil || health.Status == "healthy" {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("container failed to be in healthy state in time")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// One that must run and does not is removed, and counts as gone: so the real provider has it too.
func (container container) read(ctx context.Context, daemon *daemon, known fields) (fields, bool, error) {
	found, err := inspectContainer(ctx, daemon, known.text("id"))
	if isMissing(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if !found.State.Running && known.truth("must_run", true) && known.truth("start", true) {
		return nil, false, container.remove(ctx, daemon, known)
	}
	networks := []any{}
	for name, joined := range found.NetworkSettings.Networks {
		networks = append(networks, map[string]any{
			"network_name": name, "gateway": joined.Gateway, "ip_address": joined.IPAddress, "ip_prefix_length": joined.IPPrefixLen,
			"ipv6_gateway": joined.IPv6Gateway, "global_ipv6_address": joined.GlobalIPv6Address,
			"global_ipv6_prefix_length": joined.GlobalIPv6PrefixLen, "mac_address": joined.MacAddress,
		})
	}
	return fields{
		"hostname": found.Config.Hostname, "command": list(found.Config.Cmd), "entrypoint": list(found.Config.Entrypoint),
		"env": list(found.Config.Env), "stop_signal": found.Config.StopSignal, "ipc_mode": found.HostConfig.IpcMode,
		"runtime": found.HostConfig.Runtime, "shm_size": found.HostConfig.ShmSize >> 20, "log_driver": found.HostConfig.LogConfig.Type,
		"security_opts": list(found.HostConfig.SecurityOpt), "exit_code": found.State.ExitCode, "init": false, "bridge": "",
		"network_data": networks,
	}, true, nil
}

func list(texts []string) []any {
	items := []any{}
	for _, text := range texts {
		items = append(items, text)
	}
	return items
}

// Stopped in order only where it is to be given time: the real provider kills otherwise.
func (container) remove(ctx context.Context, daemon *daemon, known fields) error {
	id := known.text("id")
	if grace := known.number("destroy_grace_seconds"); grace > 0 {
		stop := fmt.Sprintf("/containers/%s/stop?t=%d", id, grace)
		if err := unlessMissing(daemon.call(ctx, "POST", stop, nil, nil)); err != nil {
			return err
		}
	}
	volumes := "&v=1"
	if !known.truth("remove_volumes", true) {
		volumes = ""
	}
	return unlessMissing(daemon.call(ctx, "DELETE", "/containers/"+id+"?force=1"+volumes, nil, nil))
}
