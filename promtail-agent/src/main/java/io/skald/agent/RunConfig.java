package io.skald.agent;

/**
 * What concerns the process rather than what it follows; its blocks stand at the top of the file.
 *
 * @param server the port and the log
 * @param buffer ours: what is kept on disk while servers take nothing
 * @param compat ours: where the agent is to differ from Promtail, or not to
 */
public record RunConfig(AgentServerConfig server, BufferConfig buffer, CompatConfig compat) {
  public static RunConfig defaults() {
    return new RunConfig(
        AgentServerConfig.defaults(), BufferConfig.defaults(), CompatConfig.defaults());
  }
}
