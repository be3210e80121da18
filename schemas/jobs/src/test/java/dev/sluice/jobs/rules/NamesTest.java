package dev.sluice.jobs.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Names end up in topic names, URLs and file names. */
class NamesTest {

  @Test
  void modelsAndTenants() {
    assertThat(Names.isModel("digits")).isTrue();
    assertThat(Names.isModel("Digits-v1.2_b")).isTrue();
    assertThat(Names.isModel("a".repeat(64))).isTrue();
    for (String bad :
        new String[] {"", "-a", ".", "..", "a/b", "a b", "ä", "a\n", "a@1", "a".repeat(65)}) {
      assertThat(Names.isModel(bad)).as("'%s'", bad).isFalse();
      assertThat(Names.isTenant(bad)).as("'%s'", bad).isFalse();
    }
  }

  @Test
  void lanes() {
    assertThat(Names.isLane("cpu")).isTrue();
    assertThat(Names.isLane("h100-sxm-2")).isTrue();
    for (String bad : new String[] {"", "CPU", "a.b", "a_b", "-a", "a\n", "a".repeat(65)}) {
      assertThat(Names.isLane(bad)).as("'%s'", bad).isFalse();
    }
  }

  @Test
  void jobIdsAreNoneOfTheWordsUnderWhichTheLedgerKeepsOtherThings() {
    for (String good : new String[] {"a", "0123", "Model", "lanes", "a.b_c-d", "a".repeat(128)}) {
      assertThat(Names.isJobId(good)).as(good).isTrue();
    }
    for (String bad :
        new String[] {"", "lane", "model", ".", "..", "-a", "a/0", "a\n", "a".repeat(129)}) {
      assertThat(Names.isJobId(bad)).as("'%s'", bad).isFalse();
    }
  }

  @Test
  void workers() {
    for (String good : new String[] {"w", "cpu-host.example-1", "gpu@3:7", "arbeiter_ü"}) {
      assertThat(Names.isWorker(good)).as(good).isTrue();
    }
    for (String bad :
        new String[] {
          "", "/clock", "a/b", "-a", ".", "..", "a b", "a\n", "\u001b[31m", "a".repeat(256)
        }) {
      assertThat(Names.isWorker(bad)).as("'%s'", bad).isFalse();
    }
  }

  @Test
  void aliasesAreNeitherNumbersNorLatest() {
    assertThat(Names.isAlias("production")).isTrue();
    for (String bad : new String[] {"", "1", "1a", "latest", "Prod", "a b"}) {
      assertThat(Names.isAlias(bad)).as("'%s'", bad).isFalse();
    }
  }

  @Test
  void versionsAreNumbersFromOneOrAliasesOrLatest() {
    for (String good : new String[] {"1", "999999999", "latest", "production"}) {
      assertThat(Names.isVersion(good)).as(good).isTrue();
    }
    for (String bad : new String[] {"", "0", "01", "-1", "1.0", "2147483648", "Prod"}) {
      assertThat(Names.isVersion(bad)).as("'%s'", bad).isFalse();
    }
  }

  @Test
  void digests() {
    assertThat(Names.isDigest("sha256:" + "0f".repeat(32))).isTrue();
    for (String bad :
        new String[] {
          "", "sha256:", "0f".repeat(32), "sha256:" + "0F".repeat(32), "md5:" + "0f".repeat(32)
        }) {
      assertThat(Names.isDigest(bad)).as("'%s'", bad).isFalse();
    }
  }

  @Test
  void jobNamesAreForPeopleToRead() {
    assertThat(Names.isJobName("")).isTrue();
    assertThat(Names.isJobName("Ziffern, zweiter Versuch (größer) 数字")).isTrue();
    assertThat(Names.isJobName("a\tb")).isFalse();
    assertThat(Names.isJobName("\u001b[31mred")).isFalse();
    assertThat(Names.isJobName("a\u2028b")).isFalse();
    assertThat(Names.isJobName("a".repeat(201))).isFalse();
  }
}
