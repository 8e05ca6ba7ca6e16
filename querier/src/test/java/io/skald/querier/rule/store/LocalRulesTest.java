package io.skald.querier.rule.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.TenantId;
import io.skald.querier.rule.RuleNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalRulesTest {
  private static final TenantId FAKE = new TenantId("fake");
  private static final String GOOD = "groups: [{name: g, rules: [{record: r, expr: vector(1)}]}]\n";

  @TempDir private Path directory;
  private Path folder;

  @BeforeEach
  void create() throws IOException {
    folder = Files.createDirectories(directory.resolve("fake"));
  }

  private void write(String file, String yaml) throws IOException {
    Files.writeString(folder.resolve(file), yaml);
  }

  private static List<String> names(LocalRules rules) {
    return rules.of(FAKE).stream().map(RuleNamespace::name).toList();
  }

  @Test
  void open_noFolder_hasNoRules() {
    assertThat(new LocalRules(directory.resolve("absent")).all()).isEmpty();
  }

  @Test
  void open_foldersOfTenants_namespacesAreFiles() throws IOException {
    write("b.yaml", GOOD);
    write("a.yml", GOOD);
    write("notes.txt", "no rules");
    write(".hidden.yaml", "{");
    Files.createDirectories(directory.resolve("not a tenant"));
    Files.writeString(directory.resolve("not a tenant/x.yaml"), GOOD);

    LocalRules rules = new LocalRules(directory);

    assertThat(rules.all()).containsOnlyKeys(FAKE);
    assertThat(names(rules)).containsExactly("a.yml", "b.yaml");
    assertThat(rules.failures()).isZero();
  }

  @Test
  void refresh_fileTurnsBad_oldGroupsStayAndItIsToldOnce() throws IOException {
    write("a.yaml", GOOD);
    LocalRules rules = new LocalRules(directory);
    write("a.yaml", "groups: [{name: g, rules: [{record: r, expr: 'sum('}]}]\n");

    rules.refresh();
    rules.refresh();

    assertThat(names(rules)).containsExactly("a.yaml");
    assertThat(rules.of(FAKE).getFirst().groups().getFirst().rules().getFirst().expr())
        .isEqualTo("vector(1)");
    assertThat(rules.failures()).isEqualTo(1);
    assertThat(rules.staleFiles()).isEqualTo(1);
  }

  @Test
  void refresh_badFileIsMended_newGroupsAreInForce() throws IOException {
    write("a.yaml", "{");
    LocalRules rules = new LocalRules(directory);
    assertThat(names(rules)).isEmpty();
    write("a.yaml", GOOD);

    rules.refresh();

    assertThat(names(rules)).containsExactly("a.yaml");
    assertThat(rules.staleFiles()).isZero();
  }

  @Test
  void refresh_fileIsGone_itsGroupsAreGone() throws IOException {
    write("a.yaml", GOOD);
    write("b.yaml", GOOD);
    LocalRules rules = new LocalRules(directory);
    Files.delete(folder.resolve("a.yaml"));

    rules.refresh();

    assertThat(names(rules)).containsExactly("b.yaml");
  }

  @Test
  void refresh_nothingChanged_isTheSameMap() throws IOException {
    write("a.yaml", GOOD);
    LocalRules rules = new LocalRules(directory);
    var before = rules.all();

    rules.refresh();

    assertThat(rules.all()).isSameAs(before);
  }

  @Test
  void open_linksAsKubernetesMakesThem_areFollowed() throws IOException {
    Path data = Files.createDirectories(folder.resolve("..data"));
    Files.writeString(data.resolve("a.yaml"), GOOD);
    Files.createSymbolicLink(folder.resolve("a.yaml"), data.resolve("a.yaml"));

    assertThat(names(new LocalRules(directory))).containsExactly("a.yaml");
  }
}
