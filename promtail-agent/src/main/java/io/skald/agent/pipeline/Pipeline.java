package io.skald.agent.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The compiled stages of a job, in their order, with what they hold. An entry that a stage drops is
 * released; one that reaches the end goes to the output, which releases it.
 */
public final class Pipeline {
  /** A pipeline of no stages. */
  public static final Pipeline EMPTY = new Pipeline(List.of());

  /** Sees an entry before and after each stage that neither keeps nor branches. */
  public interface Inspector {
    void before(Entry entry);

    void after(String stage, Entry entry, boolean kept);
  }

  /**
   * @param name as it is written in the configuration
   */
  record Step(String name, Stage stage) {}

  private final Stage[] stages;
  private final String[] names;

  Pipeline(List<Step> steps) {
    this.stages = steps.stream().map(Step::stage).toArray(Stage[]::new);
    this.names = steps.stream().map(Step::name).toArray(String[]::new);
  }

  public boolean isEmpty() {
    return stages.length == 0;
  }

  /** Tells whether more lines may be read now. */
  public boolean mayRead() {
    for (Stage stage : stages) {
      boolean may =
          switch (stage) {
            case Stage.Simple simple -> simple.mayRead();
            case Stage.Holding holding -> holding.mayRead();
          };
      if (!may) {
        return false;
      }
    }
    return true;
  }

  /** One pipeline with the place its entries go to. */
  public Run to(Output end, @Nullable Inspector inspector) {
    return new Run(this, end, inspector);
  }

  /** Takes the entries that come out at the end, and releases them. */
  public interface Output {
    void accept(Entry entry);
  }

  /** Feeds entries in at the top. */
  public static final class Run {
    private final Pipeline pipeline;
    private final Output end;
    private final @Nullable Inspector inspector;
    private final List<Stage.Output> behind = new ArrayList<>();

    private Run(Pipeline pipeline, Output end, @Nullable Inspector inspector) {
      this.pipeline = pipeline;
      this.end = end;
      this.inspector = inspector;
      for (int i = 0; i < pipeline.stages.length; i++) {
        int next = i + 1;
        behind.add(entry -> run(entry, next));
      }
    }

    public void process(Entry entry) {
      run(entry, 0);
    }

    /**
     * Lets entries go whose time has come.
     *
     * @param nowNanos a reading of the monotonic clock
     * @return nanoseconds until the next; {@link Long#MAX_VALUE} if none waits
     */
    public long flushDue(long nowNanos) {
      long next = Long.MAX_VALUE;
      for (int i = 0; i < pipeline.stages.length; i++) {
        if (pipeline.stages[i] instanceof Stage.Holding holding) {
          next = Math.min(next, holding.flushDue(nowNanos, behind.get(i)));
        }
      }
      return next;
    }

    /** Lets all entries go, from the first stage to the last. */
    public void flush() {
      for (int i = 0; i < pipeline.stages.length; i++) {
        if (pipeline.stages[i] instanceof Stage.Holding holding) {
          holding.flush(behind.get(i));
        }
      }
    }

    private void run(Entry entry, int from) {
      for (int i = from; i < pipeline.stages.length; i++) {
        switch (pipeline.stages[i]) {
          case Stage.Simple simple -> {
            if (!(inspector == null
                ? simple.apply(entry)
                : inspected(inspector, simple, pipeline.names[i], entry))) {
              entry.release();
              return;
            }
          }
          case Stage.Holding holding -> {
            holding.process(entry, behind.get(i));
            return;
          }
        }
      }
      end.accept(entry);
    }

    private static boolean inspected(
        Inspector inspector, Stage.Simple stage, String name, Entry entry) {
      inspector.before(entry);
      boolean kept = stage.apply(entry);
      inspector.after(name, entry, kept);
      return kept;
    }
  }
}
