package io.skald.logql.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.time.Clock;
import java.time.ZoneId;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The functions of the language reference, section 4: the examples of its conformance corpus, and
 * what the recordings from Go do not cover.
 */
class FunctionsTest {
  private static final Entry ENTRY =
      Entry.of(
          "app", "sparse", "empty", "", "tug", "T1", "dur", "150ms", "size", "2MB", "u", "héllo");

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '§',
      textBlock =
          """
          {{ Trim .tug "T" }}|{{ TrimLeft .tug "T" }}|{{ TrimRight .dur "ms" }}|{{ TrimPrefix .tug "T" }}|{{ TrimSuffix .dur "s" }}|{{ TrimSpace "  x  " }} => 1|1|150|1|150m|x
          {{ trim "  y " }}|{{ trimAll "T" .tug }}|{{ trimPrefix "T" .tug }}|{{ trimSuffix "s" .dur }} => y|1|1|150m
          {{ regexReplaceAll "([a-z]+) ([a-z]+)" "depth sounded" "${2}-${1}" }}|{{ regexReplaceAllLiteral "[aeiou]" "depth" "$1" }} => sounded-depth|d$1pth
          {{ regexReplaceAll "(" .app "x" }} => !template: line:1:3: executing "line" at <regexReplaceAll "(" .app "x">: error calling regexReplaceAll: error parsing regexp: missing closing ): `(`
          {{ count "[0-9]" "a1b2" }} digits, {{ "k=v=" | count "=" }} pairs => 2 digits, 2 pairs
          {{ "depth sounded" | urlencode }}|{{ "a%20b+c%26d" | urldecode }} => depth+sounded|a b c&d
          {{ urldecode "a%2" }} => !template: line:1:3: executing "line" at <urldecode "a%2">: error calling urldecode: invalid URL escape "%2"
          {{ .size | bytes }}|{{ bytes "1.5MB" }}|{{ "2KiB" | bytes }} => 2e+06|1.5e+06|2048
          {{ bytes "5 XB" }} => !template: line:1:3: executing "line" at <bytes "5 XB">: error calling bytes: unhandled size name: xb
          {{ bytes "" }} => !template: line:1:3: executing "line" at <bytes "">: error calling bytes: strconv.ParseFloat: parsing "": invalid syntax
          {{ .dur | duration }}|{{ duration_seconds .dur }}|{{ duration "1h15m" }} => 0.15|0.15|4500
          {{ duration "nonsense" }} => !template: line:1:3: executing "line" at <duration "nonsense">: error calling duration: time: invalid duration "nonsense"
          {{ "2026-03-02T08:02:08Z" | toDate "2006-01-02T15:04:05Z" | unixEpoch }}|{{ "2026-03-02T08:02:08Z" | toDate "2006-01-02T15:04:05Z" | date "Jan _2 15:04" }} => 1772438528|Mar  2 08:02
          {{ toDateInZone "2006-01-02 15:04" "Europe/Paris" "2026-03-02 09:30" | unixEpoch }}|{{ toDateInZone "2006-01-02" "Nowhere/Land" "2026-03-02" | unixEpoch }} => 1772440200|1772409600
          {{ unixToTime "1772438400" | date "2006-01-02 15:04:05" }}|{{ "1772438400123" | unixToTime | unixEpochMillis }}|{{ unixToTime "20514" | date "2006-01-02" }} => 2026-03-02 08:00:00|1772438400123|2026-03-02
          {{ unixToTime "1772438400123456" | unixEpochNanos }}|{{ unixToTime "1772438400123456789" | unixEpochNanos }} => 1772438400123456000|1772438400123456789
          {{ unixToTime "12x" }} => !template: line:1:3: executing "line" at <unixToTime "12x">: error calling unixToTime: unable to parse time '12x': strconv.ParseInt: parsing "12x": invalid syntax
          {{ unixToTime "1234" }} => !template: line:1:3: executing "line" at <unixToTime "1234">: error calling unixToTime: unable to parse time '1234': it must have 5 digits (days), 10 (seconds), 13, 16 or 19
          {{ __timestamp__ | date "2006-01-02T15:04:05.000Z07:00" }}|{{ __timestamp__ | unixEpoch }}|{{ __timestamp__ | unixEpochNanos }} => 2023-11-14T22:13:20.123Z|1700000000|1700000000123456789
          {{ __timestamp__.Year }}-{{ __timestamp__.Month }}|{{ __timestamp__.Weekday }}|{{ __timestamp__.Format "15:04" }} => 2023-November|Tuesday|22:13
          {{ if gt (now | unixEpoch | int) 1600000000 }}later{{ else }}earlier{{ end }} => later
          {{ now }} => 2023-11-14 22:13:20.123456789 +0000 UTC
          {{ date "2006" "text" }} {{ date "2006" 0 }} {{ date "2006" (add 0) }} {{ date "2006" 1.5 }} => 2023 1970 1970 2023
          {{ date "2006" 9223372036854775807 }} => !template: line:1:3: executing "line" at <date "2006" 9223372036854775807>: error calling date: time out of range: 9223372036854775807
          [{{ alignLeft 4 "ab" }}][{{ alignLeft 2 "abcdef" }}][{{ alignRight 5 "ab" }}][{{ alignRight 2 "abcdef" }}][{{ alignLeft -1 "xy" }}][{{alignRight -1 "xy"}}] => [ab  ][ab][   ab][ef][xy][xy]
          [{{ alignLeft 2 .u }}][{{ alignRight 4 .u }}][{{ alignLeft 0 .u }}][{{ alignRight 6 .u }}] => [hé][éllo][][ héllo]
          {{ trunc 4 "harbour" }}|{{ trunc -3 "harbour" }}|{{ trunc 99 "harbour" }}|{{ substr 2 5 "harbour" }}|{{ substr -1 3 "harbour" }}|{{ substr 3 -1 "harbour" }}|{{ substr 3 99 "harbour" }} => harb|our|harbour|rbo|har|bour|bour
          {{ contains "arb" "harbour" }}|{{ hasPrefix "har" "harbour" }}|{{ hasSuffix "x" "harbour" }} => true|true|false
          {{ int "42" }}|{{ int 7.9 }}|{{ float64 "2.50" }}|{{ int "nope" }}|{{ "12" | int | add 3 }} => 42|7|2.5|0|15
          {{ add 1 2 3 }}|{{ sub 10 4 }}|{{ mul 2 3 4 }}|{{ div 17 5 }}|{{ mod 17 5 }}|{{ add "4" "5" }} => 6|6|24|3|2|9
          {{ addf 1.5 2 }}|{{ subf 10 0.25 }}|{{ mulf 1.5 4 }}|{{ divf 7 2 }}|{{ divf 1 3 }} => 3.5|9.75|6|3.5|0.3333333333333333
          {{ addf 0.1 0.2 }}|{{ subf 0.3 0.1 }}|{{ mulf 0.1 3 }}|{{ divf 2 3 }}|{{ divf -2 3 }}|{{ addf }}|{{ addf "x" }}|{{ subf 5 }} => 0.3|0.2|0.3|0.6666666666666667|-0.6666666666666667|0|0|5
          {{ divf 100 8 2.5 }}|{{ divf 1 1e20 }} => 5|0
          {{ divf 1 0 }} => !template: line:1:3: executing "line" at <divf 1 0>: error calling divf: decimal division by 0
          {{ addf "inf" }} => !template: line:1:3: executing "line" at <addf "inf">: error calling addf: Cannot create a Decimal from +Inf
          {{ mulf "nan" 2 }} => !template: line:1:3: executing "line" at <mulf "nan" 2>: error calling mulf: Cannot create a Decimal from NaN
          {{ max 1 9 4 }}|{{ min 5 2 8 }}|{{ maxf 1.5 2.25 }}|{{ minf 3 0.5 }} => 9|2|2.25|0.5
          {{ ceil 1.2 }}|{{ floor 1.8 }}|{{ round 1.2345 2 }}|{{ round 2.5 0 }}|{{ ceil "3.1" }}|{{ floor -1.5 }} => 2|1|1.23|3|4|-2
          {{ div 1 0 }} => !template: line:1:3: executing "line" at <div 1 0>: error calling div: runtime error: integer divide by zero
          {{ .nothing | default "none" }}|{{ "set" | default "none" }}|{{ default "x" "" }} => none|set|x
          {{ default "d" __timestamp__.Year }}|{{ default "d" (fromJson "{}") }}|{{ default 5 nil }} => 2023|d|5
          {{ index . "app" }}|{{ index . "none" }} => sparse|
          {{ .app.sub }} => !template: line:1:7: executing "line" at <.app.sub>: can't evaluate field sub in type string
          {{ print 1 2 "a" "b" 3 }}|{{ index "abc" 1 }}|{{ slice "abcdef" 1 3 }} => 1 2ab3|98|bc
          {{ html "<a&b>" }}|{{ js "it's" }}|{{ urlquery "a b&c" }} => &lt;a&amp;b&gt;|it\\'s|a+b%26c
          {{ eq 1 1.0 }} => !template: line:1:3: executing "line" at <eq 1 1.0>: error calling eq: incompatible types for comparison: int and float64
          {{ lt "a" 1 }} => !template: line:1:3: executing "line" at <lt "a" 1>: error calling lt: incompatible types for comparison: string and int
          {{ regexReplaceAll "(?m)^" .u "|" }} {{ regexReplaceAll `\\b` .u "|" }} {{ regexReplaceAll "" "aé" "-" }} => |héllo |h|é|llo| -a-é-
          {{ quote .app }} => !template: line:1: function "quote" not defined
          {{ .u | upper }} {{ .u | title }} {{ ToUpper "ÿß" }} => HÉLLO Héllo Ÿß
          {{ fromJson "{\\"b\\":[1,{\\"c\\":null}],\\"a\\":1.50}" }} => map[a:1.5 b:[1 map[c:<nil>]]]
          """)
  void execute_call_writesItsOutcome(String template, String outcome) {
    assertThat(ENTRY.outcome(template)).isEqualTo(outcome);
  }

  @Test
  void functions_table_isExactlyThatOfTheReference() {
    assertThat(new TreeSet<>(FunctionTable.FUNCTIONS.keySet()))
        .isEqualTo(
            new TreeSet<>(
                Set.of(
                    ("__line__ __timestamp__ lower ToLower upper ToUpper title trim TrimSpace Trim"
                            + " TrimLeft TrimRight trimAll TrimPrefix TrimSuffix trimPrefix"
                            + " trimSuffix Replace replace regexReplaceAll regexReplaceAllLiteral"
                            + " count contains hasPrefix hasSuffix trunc substr alignLeft"
                            + " alignRight indent nindent repeat b64enc b64dec urlencode urldecode"
                            + " bytes duration duration_seconds int float64 add sub mul div mod max"
                            + " min addf subf mulf divf maxf minf ceil floor round default fromJson"
                            + " now date toDate toDateInZone unixEpoch unixEpochMillis"
                            + " unixEpochNanos unixToTime and or not eq ne lt le gt ge len index"
                            + " slice print printf println html js urlquery call")
                        .split(" "))));
  }

  @Test
  void execute_cutInsideACharacter_keepsTheBytes() {
    assertThat(ENTRY.bytes("{{trunc 2 .u}}")).containsExactly('h', 0xC3);
    assertThat(ENTRY.bytes("{{substr 2 3 .u}}")).containsExactly(0xA9);
    assertThat(ENTRY.bytes("{{slice .u 0 2}}{{slice .u 2}}")).isEqualTo("héllo".getBytes(UTF_8));
    assertThat(ENTRY.bytes("{{trunc 2 .u | b64enc}}")).isEqualTo("aMM=".getBytes(UTF_8));
    assertThat(ENTRY.run("{{len .u}} {{len (trunc 2 .u)}} {{index .u 1}}")).isEqualTo("6 2 195");
  }

  @Test
  void execute_lineThatIsNotUtf8_passesThrough() {
    Entry entry = new Entry(ENTRY.labels(), new byte[] {'a', (byte) 0xFF, 'b'});

    assertThat(entry.bytes("{{__line__}}")).isEqualTo(entry.line());
    assertThat(entry.bytes("{{__line__ | replace \"a\" \"x\"}}")).containsExactly('x', 0xFF, 'b');
    assertThat(entry.run("{{count \".\" __line__}}")).isEqualTo("3");
    assertThat(entry.bytes("{{regexReplaceAll \"b\" __line__ \"é\"}}"))
        .containsExactly('a', 0xFF, 0xC3, 0xA9);
    assertThat(entry.run("{{printf \"%q %x\" __line__ __line__}}")).isEqualTo("\"a\\xffb\" 61ff62");
  }

  @Test
  void execute_line_isReadWhereItIsAskedFor() {
    assertThat(ENTRY.withLine("n=1 early").run("{{ __line__ | b64enc }} {{ len __line__ }}"))
        .isEqualTo("bj0xIGVhcmx5 9");
  }

  @Test
  void execute_zoneOfTheServer_isWhereTimesAre() {
    Template template =
        Template.compile(
            "line",
            "{{__timestamp__}} {{__timestamp__.UTC.Hour}} {{date \"15:04 MST\" 0}}"
                + " {{toDate \"2006-01-02\" \"2024-07-01\"}} {{unixToTime \"1700000000\"}}",
            Clock.system(),
            ZoneId.of("Europe/Berlin"),
            1000);

    assertThat(new String(template.execute(ENTRY), UTF_8))
        .isEqualTo(
            "2023-11-14 23:13:20.123456789 +0100 CET 22 01:00 CET 2024-07-01 00:00:00 +0200 CEST"
                + " 2023-11-14 23:13:20 +0100 CET");
  }
}
