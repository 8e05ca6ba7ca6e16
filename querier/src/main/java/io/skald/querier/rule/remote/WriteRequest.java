package io.skald.querier.rule.remote;

import com.google.protobuf.CodedOutputStream;
import io.skald.common.model.Labels;
import io.skald.querier.rule.evaluate.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.xerial.snappy.Snappy;

/**
 * The body of a remote write, version 1: snappy's block format of a protobuf message (Prometheus,
 * "Prometheus Remote-Write 1.0 specification").
 *
 * <pre>
 *  WriteRequest := TimeSeries timeseries = 1 *
 *  TimeSeries   := Label labels = 1 * | Sample samples = 2 *
 *  Label        := string name = 1 | string value = 2        sorted by name
 *  Sample       := double value = 1 | int64 timestamp = 2    milliseconds
 * </pre>
 */
final class WriteRequest {
  private WriteRequest() {}

  static byte[] encode(List<Sample> samples) throws IOException {
    return Snappy.compress(message(samples));
  }

  static byte[] message(List<Sample> samples) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    for (Sample sample : samples) {
      out.writeByteArray(1, series(sample));
    }
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] series(Sample sample) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    Labels labels = sample.labels();
    for (int i = 0; i < labels.size(); i++) {
      out.writeByteArray(1, label(labels.name(i), labels.value(i)));
    }
    out.writeByteArray(2, value(sample));
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] label(String name, String value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeString(1, name);
    out.writeString(2, value);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] value(Sample sample) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeDouble(1, sample.value());
    out.writeInt64(2, sample.timestampMillis());
    out.flush();
    return bytes.toByteArray();
  }
}
