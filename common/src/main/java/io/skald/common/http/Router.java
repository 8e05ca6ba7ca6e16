package io.skald.common.http;

import static java.util.Comparator.comparing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Exact routes: a path, perhaps with one parameter segment ({@code /label/{name}/values}), and a
 * method. Filled before the server starts, then read-only.
 */
public final class Router {
  /** Forms of the query side. */
  public static final long FORM_BYTES = 10 << 20;

  private final Map<String, Map<String, Route>> exact = new HashMap<>();
  private final Map<String, Map<String, Route>> patterns = new LinkedHashMap<>();

  /**
   * @param template the path as registered; the label for metrics
   * @param maxBodyBytes a larger body is refused before it is read
   * @param push whether refusals are worded for pushers (413) or for forms (400)
   * @param permission what a caller needs
   */
  record Route(
      String template,
      Permission permission,
      HttpHandler handler,
      long maxBodyBytes,
      boolean push) {}

  /** A route as tests and documents see it. */
  public record Endpoint(String method, String template, Permission permission) {}

  /** A route and the decoded parameter of the path, or why there is none. */
  sealed interface Match {
    record Found(Route route, String pathParameter) implements Match {}

    /**
     * The path is known, the method is not.
     *
     * @param allowed the methods of the path, sorted
     */
    record WrongMethod(List<String> allowed) implements Match {}

    record NotFound() implements Match {}

    /** The client should ask for {@code path} instead. */
    record Moved(String path) implements Match {}
  }

  /** Adds a route of the query side, for GET and POST with a form body. */
  public Router read(String path, HttpHandler handler) {
    return form(path, Permission.READ, handler);
  }

  /** Adds a route that concerns the whole process, for GET and POST with a form body. */
  public Router admin(String path, HttpHandler handler) {
    return form(path, Permission.ADMIN, handler);
  }

  private Router form(String path, Permission permission, HttpHandler handler) {
    return get(path, permission, handler).post(path, permission, handler);
  }

  public Router get(String path, Permission permission, HttpHandler handler) {
    return add("GET", path, permission, handler, FORM_BYTES, false);
  }

  public Router post(String path, Permission permission, HttpHandler handler) {
    return add("POST", path, permission, handler, FORM_BYTES, false);
  }

  /** Adds a route that writes, for POST whose body may have up to {@code maxBodyBytes}. */
  public Router push(String path, HttpHandler handler, long maxBodyBytes) {
    return add("POST", path, Permission.WRITE, handler, maxBodyBytes, true);
  }

  /** Adds a route whose parameters are those of the query string; a form body is not read. */
  public Router byQueryString(
      String method, String path, Permission permission, HttpHandler handler) {
    return add(method, path, permission, handler, FORM_BYTES, true);
  }

  private Router add(
      String method,
      String path,
      Permission permission,
      HttpHandler handler,
      long maxBodyBytes,
      boolean push) {
    return add(method, new Route(path, permission, handler, maxBodyBytes, push));
  }

  private Router add(String method, Route route) {
    String path = route.template();
    Map<String, Map<String, Route>> table = path.contains("{") ? patterns : exact;
    if (table.computeIfAbsent(path, _ -> new HashMap<>()).put(method, route) != null) {
      throw new IllegalStateException("route stands twice: " + method + " " + path);
    }
    return this;
  }

  /** Returns a router with those routes only whose permission is one of {@code permissions}. */
  public Router only(Set<Permission> permissions) {
    Router part = new Router();
    forEach((method, route) -> {
      if (permissions.contains(route.permission())) {
        part.add(method, route);
      }
    });
    return part;
  }

  private void forEach(BiConsumer<String, Route> visitor) {
    exact.values().forEach(methods -> methods.forEach(visitor));
    patterns.values().forEach(methods -> methods.forEach(visitor));
  }

  /** Returns all routes, sorted by path and method. */
  public List<Endpoint> endpoints() {
    List<Endpoint> endpoints = new ArrayList<>();
    forEach((method, route) ->
        endpoints.add(new Endpoint(method, route.template(), route.permission())));
    endpoints.sort(comparing(Endpoint::template).thenComparing(Endpoint::method));
    return endpoints;
  }

  /** Returns all paths, for tests that compare them with documents. */
  public Set<String> paths() {
    Set<String> paths = new TreeSet<>(exact.keySet());
    paths.addAll(patterns.keySet());
    return paths;
  }

  Match match(String method, String path) {
    String cleaned = clean(path);
    if (!cleaned.equals(path)) {
      return new Match.Moved(cleaned);
    }
    Map<String, Route> methods = exact.get(path);
    if (methods != null) {
      return byMethod(methods, method, "");
    }
    for (Map.Entry<String, Map<String, Route>> pattern : patterns.entrySet()) {
      String parameter = parameter(pattern.getKey(), path);
      if (parameter != null) {
        return byMethod(pattern.getValue(), method, UrlEncoding.decode(parameter, false));
      }
    }
    return new Match.NotFound();
  }

  private static Match byMethod(Map<String, Route> methods, String method, String parameter) {
    Route route = methods.get(method);
    return route == null
        ? new Match.WrongMethod(methods.keySet().stream().sorted().toList())
        : new Match.Found(route, parameter);
  }

  /** Returns the raw parameter segment, or null if the path has another shape. */
  private static @Nullable String parameter(String pattern, String path) {
    int open = pattern.indexOf('{');
    String before = pattern.substring(0, open);
    String after = pattern.substring(pattern.indexOf('}') + 1);
    if (path.length() <= before.length() + after.length()
        || !path.startsWith(before)
        || !path.endsWith(after)) {
      return null;
    }
    String parameter = path.substring(before.length(), path.length() - after.length());
    boolean slash =
        parameter.indexOf('/') >= 0 || parameter.toLowerCase(java.util.Locale.ROOT).contains("%2f");
    return slash ? null : parameter;
  }

  /** Removes doubled slashes and dot segments (RFC 3986, section 5.2.4); keeps a trailing slash. */
  static String clean(String path) {
    if (!path.contains("//") && !path.contains("/.")) {
      return path;
    }
    StringBuilder out = new StringBuilder();
    for (String segment : path.split("/")) {
      if (segment.equals("..")) {
        out.setLength(Math.max(0, out.lastIndexOf("/")));
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        out.append('/').append(segment);
      }
    }
    if (out.isEmpty() || path.endsWith("/")) {
      out.append('/');
    }
    return out.toString();
  }
}
