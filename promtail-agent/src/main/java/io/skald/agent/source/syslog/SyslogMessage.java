package io.skald.agent.source.syslog;

import io.skald.agent.source.JobLabels;
import io.skald.agent.source.Severity;
import io.skald.agent.source.SourceSink;
import java.util.Map;

/**
 * A message that was understood.
 *
 * @param hostname "" if the message does not say, as all texts
 * @param structuredData by id and name, joined by {@code _}
 * @param timestampNanos or {@link SourceSink#TIME_OF_READING} if there is none
 * @param textFrom where the text of the message begins in its bytes
 */
record SyslogMessage(
    int facility,
    int severity,
    String hostname,
    String appName,
    String procId,
    String msgId,
    Map<String, String> structuredData,
    long timestampNanos,
    int textFrom) {
  /** RFC 5424, table 1, in the short words of syslog.conf. */
  private static final String[] FACILITIES = {
    "kern",
    "user",
    "mail",
    "daemon",
    "auth",
    "syslog",
    "lpr",
    "news",
    "uucp",
    "cron",
    "authpriv",
    "ftp",
    "ntp",
    "security",
    "console",
    "solaris-cron",
    "local0",
    "local1",
    "local2",
    "local3",
    "local4",
    "local5",
    "local6",
    "local7"
  };

  SyslogMessage {
    structuredData = Map.copyOf(structuredData);
  }

  /** Adds what is told of the message to labels for the rules. */
  void addLabels(Map<String, String> labels, boolean withStructuredData) {
    labels.put("__syslog_message_severity", Severity.word(severity));
    labels.put("__syslog_message_facility", FACILITIES[facility]);
    put(labels, "hostname", hostname);
    put(labels, "app_name", appName);
    put(labels, "proc_id", procId);
    put(labels, "msg_id", msgId);
    if (withStructuredData) {
      structuredData.forEach(
          (name, value) -> labels.put("__syslog_message_sd_" + JobLabels.part(name), value));
    }
  }

  private static void put(Map<String, String> labels, String name, String value) {
    if (!value.isEmpty()) {
      labels.put("__syslog_message_" + name, value);
    }
  }
}
