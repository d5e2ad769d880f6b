// Flags that every agent is given last, whichever backend it is planned for.
export const lastAgentFlags = [
  "--launcher=posix",
  "--isolation=posix/cpu,posix/mem",
  "--no-systemd_enable_support",
  "--executor_registration_timeout=5mins",
  "--registration_backoff_factor=10ms",
  "--zk_session_timeout=5secs",
];
