// The flags of mesos-master and mesos-agent, by name (docs/configuration/*.md and src/*/flags.cpp of Mesos 1.12, names that
// are only kept for old command lines among them). A program of Mesos does not start when it is given any other.

export interface KnownFlags {
  /** Take no value: `--name` or `--no-name`. */
  switches: ReadonlySet<string>;
  /** Take a value: `--name=value`. */
  valued: ReadonlySet<string>;
}

const BOTH_SWITCHES = `
  authenticate_http_readonly authenticate_http_readwrite help hostname_lookup initialize_driver_logging
  memory_profiling quiet version`;

const BOTH_VALUED = `
  acls advertise_ip advertise_port domain external_log_file firewall_rules hooks hostname http_authenticators ip
  ip_discovery_command log_dir logbufsecs logging_level master_detector modules modules_dir port work_dir
  zk_session_timeout`;

const MASTER_SWITCHES = `
  authenticate authenticate_agents authenticate_frameworks authenticate_http authenticate_http_frameworks
  authenticate_slaves filter_gpu_resources log_auto_initialize publish_per_framework_metrics registry_strict
  require_agent_domain root_submissions`;

const MASTER_VALUED = `
  agent_ping_timeout agent_removal_rate_limit agent_reregister_timeout allocation_interval allocator
  allocator_agent_recovery_factor allocator_recovery_timeout authentication_v0_timeout authenticators
  authorizers cluster credentials fair_sharing_excluded_resource_names framework_sorter
  http_framework_authenticators master_contender max_agent_ping_timeouts max_completed_frameworks
  max_completed_tasks_per_framework max_executors_per_agent max_executors_per_slave
  max_operator_event_stream_subscribers max_slave_ping_timeouts max_unreachable_tasks_per_framework
  min_allocatable_resources offer_constraints_re2_max_mem offer_constraints_re2_max_program_size offer_timeout
  quorum rate_limits recovery_agent_removal_limit recovery_slave_removal_limit registry registry_fetch_timeout
  registry_gc_interval registry_max_agent_age registry_max_agent_count registry_store_timeout role_sorter roles
  slave_ping_timeout slave_removal_rate_limit slave_reregister_timeout user_sorter webui_dir weights whitelist
  zk`;

const AGENT_SWITCHES = `
  authenticate_http_executors cgroups_cpu_enable_pids_and_tids_count cgroups_enable_cfs cgroups_limit_swap
  check_agent_port_range_only disallow_sharing_agent_ipc_namespace disallow_sharing_agent_pid_namespace
  docker_ignore_runtime docker_kill_orphans docker_volume_chown egress_unique_flow_per_container
  enforce_container_disk_quota enforce_container_ports gc_non_executor_container_sandboxes http_command_executor
  http_executor_domain_sockets ingress_isolate_existing_containers network_cni_metrics
  network_cni_root_dir_persist network_enable_rate_statistics network_enable_snmp_statistics
  network_enable_socket_statistics_details network_enable_socket_statistics_summary revocable_cpu_low_priority
  strict switch_user systemd_enable_support xfs_kill_containers`;

const AGENT_VALUED = `
  agent_features agent_subsystems allowed_capabilities allowed_devices appc_simple_discovery_uri_prefix
  appc_store_dir attributes authenticatee authentication_backoff_factor authentication_timeout_max
  authentication_timeout_min authorizer bounding_capabilities cgroups_destroy_timeout cgroups_hierarchy
  cgroups_net_cls_primary_handle cgroups_net_cls_secondary_handles cgroups_root container_disk_watch_interval
  container_logger container_ports_isolated_range container_ports_watch_interval containerizers credential
  csi_plugin_config_dir default_container_dns default_container_info default_container_shm_size default_role
  disk_profile_adaptor disk_watch_interval docker docker_config docker_mesos_image docker_registry
  docker_remove_delay docker_socket docker_stop_timeout docker_store_dir docker_volume_checkpoint_dir
  domain_socket_location effective_capabilities egress_burst egress_ceil_limit egress_flow_classifier_parent
  egress_rate_limit_per_container egress_rate_per_cpu ephemeral_ports_per_container eth0_name
  executor_environment_variables executor_registration_timeout executor_reregistration_retry_interval
  executor_reregistration_timeout executor_secret_key executor_shutdown_grace_period fetcher_cache_dir
  fetcher_cache_size fetcher_stall_timeout frameworks_home gc_delay gc_disk_headroom hadoop_home
  host_path_volume_force_creation http_credentials http_heartbeat_interval image_gc_config image_providers
  image_provisioner_backend ingress_burst ingress_ceil_limit ingress_rate_limit_per_container
  ingress_rate_per_cpu ip6 ip6_discovery_command isolation jwt_secret_key launcher launcher_dir lo_name master
  max_completed_executors_per_framework maximum_egress_rate_limit maximum_ingress_rate_limit
  minimum_egress_rate_limit minimum_ingress_rate_limit network_cni_config_dir network_cni_plugins_dir
  network_link_speed network_rate_statistics_interval network_rate_statistics_window nvidia_gpu_devices
  oversubscribed_resources_interval perf_duration perf_events perf_interval qos_controller
  qos_correction_interval_min reconfiguration_policy recover recovery_timeout registration_backoff_factor
  resource_estimator resource_provider_config_dir resources runtime_dir sandbox_directory seccomp_config_dir
  seccomp_profile_name secret_resolver slave_subsystems systemd_runtime_directory volume_gid_range
  xfs_project_range xfs_quota_headroom`;

export const MASTER_FLAGS: KnownFlags = {
  switches: words(BOTH_SWITCHES, MASTER_SWITCHES),
  valued: words(BOTH_VALUED, MASTER_VALUED),
};

export const AGENT_FLAGS: KnownFlags = {
  switches: words(BOTH_SWITCHES, AGENT_SWITCHES),
  valued: words(BOTH_VALUED, AGENT_VALUED),
};

function words(...texts: string[]): Set<string> {
  return new Set(texts.join(" ").split(/\s+/).filter(Boolean));
}
