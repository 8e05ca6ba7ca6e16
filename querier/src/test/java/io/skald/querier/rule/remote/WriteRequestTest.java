package io.skald.querier.rule.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Labels;
import io.skald.querier.rule.evaluate.Sample;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

class WriteRequestTest {
  private static final List<Sample> SAMPLES =
      List.of(new Sample(Labels.of("__name__", "n", "a", "é"), 1000, 1.5));

  @Test
  void message_oneSample_isAsThePrometheusSpecificationSays() throws IOException {
    String series =
        "0a0d"
            + "0a085f5f6e616d655f5f"
            + "12016e" // __name__="n"
            + "0a07"
            + "0a0161"
            + "1202c3a9" // a="é"
            + "120c"
            + "09000000000000f83f"
            + "10e807"; // 1.5 at 1000

    assertThat(HexFormat.of().formatHex(WriteRequest.message(SAMPLES)))
        .isEqualTo("0a%02x".formatted(series.length() / 2) + series);
  }

  @Test
  void encode_uncompressed_isTheMessage() throws IOException {
    assertThat(Snappy.uncompress(WriteRequest.encode(SAMPLES)))
        .isEqualTo(WriteRequest.message(SAMPLES));
  }
}
