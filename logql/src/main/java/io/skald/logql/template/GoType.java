package io.skald.logql.template;

/** The Go types that a value in a template, or a parameter of its functions, can have. */
enum GoType {
  STRING("string"),
  BOOL("bool"),
  INT("int"),
  INT64("int64"),
  UINT8("uint8"),
  FLOAT64("float64"),
  MONTH("time.Month"),
  WEEKDAY("time.Weekday"),
  DURATION("time.Duration"),
  TIME("time.Time"),
  LIST("[]interface {}"),
  MAP("map[string]interface {}"),
  LABELS("map[string]string"),

  /**
   * Of a parameter: any value; of a value: one out of a list or map, whose type is not looked at.
   */
  ANY("interface {}"),

  /** Of a parameter of the built-in functions: they see the value as the template holds it. */
  VALUE("reflect.Value");

  private final String text;

  GoType(String text) {
    this.text = text;
  }

  /** Returns the name as Go prints it. */
  String text() {
    return text;
  }

  boolean isSignedInteger() {
    return switch (this) {
      case INT, INT64, MONTH, WEEKDAY, DURATION -> true;
      default -> false;
    };
  }

  boolean isInteger() {
    return isSignedInteger() || this == UINT8;
  }

  /** Returns whether nil is a value of the type. */
  boolean canBeNil() {
    return switch (this) {
      case ANY, VALUE, LIST, MAP, LABELS -> true;
      default -> false;
    };
  }
}
