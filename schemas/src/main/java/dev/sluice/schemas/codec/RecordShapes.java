package dev.sluice.schemas.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How the Java records of the wire package are taken apart and put together, found once.
 *
 * <p>The set of classes is closed: it is what the messages of this build reach. No class is ever
 * looked up by a name that came in with data.
 */
final class RecordShapes {

  private static final RecordShapes INSTANCE = new RecordShapes();

  private final Map<String, Shape> byName = new HashMap<>();
  private final Map<Class<?>, Shape> byClass = new HashMap<>();
  private final Map<String, Map<String, Enum<?>>> enums = new HashMap<>();
  private final Map<Class<?>, Schema> enumSchemas = new HashMap<>();

  private RecordShapes() {
    WireSchemas.MESSAGES.forEach(this::add);
  }

  static RecordShapes get() {
    return INSTANCE;
  }

  /**
   * One record class. How it is taken apart and put together is looked up when a record of it is
   * met: a process meets few of them, and looking all up would be a seventh of its start.
   */
  static final class Shape {
    private final Schema schema;
    private final Class<?> type;
    private volatile @Nullable Handles handles;

    private Shape(Schema schema, Class<?> type) {
      this.schema = schema;
      this.type = type;
    }

    Schema schema() {
      return schema;
    }

    Object construct(@Nullable Object[] values) {
      try {
        return handles().constructor.invokeExact(values);
      } catch (Throwable e) {
        throw new AvroRuntimeException(
            "A " + schema.getName() + " is not valid: " + e.getMessage(), e);
      }
    }

    Object value(Object record, int position) {
      try {
        return handles().accessors.get(position).invokeExact(record);
      } catch (Throwable e) {
        throw new AvroRuntimeException("Can't read " + schema.getName(), e);
      }
    }

    /** Several threads may look them up at once, and find the same. */
    private Handles handles() {
      var found = handles;
      if (found == null) {
        found = Handles.of(type);
        handles = found;
      }
      return found;
    }
  }

  /** Accessors in schema order, and the constructor. */
  private record Handles(List<MethodHandle> accessors, MethodHandle constructor) {

    static Handles of(Class<?> type) {
      var lookup = MethodHandles.publicLookup();
      var components = type.getRecordComponents();
      var accessors = new ArrayList<MethodHandle>();
      try {
        for (var component : components) {
          accessors.add(
              lookup
                  .unreflect(component.getAccessor())
                  .asType(MethodType.methodType(Object.class, Object.class)));
        }
        var parameters =
            Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
        var constructor =
            lookup
                .findConstructor(type, MethodType.methodType(void.class, parameters))
                .asSpreader(Object[].class, parameters.length)
                .asType(MethodType.methodType(Object.class, Object[].class));
        return new Handles(accessors, constructor);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(type.getName() + " is not a public record", e);
      }
    }
  }

  Shape named(String fullName) {
    return found(byName.get(fullName), fullName);
  }

  Shape of(Class<?> type) {
    return found(byClass.get(type), type.getName());
  }

  Schema enumSchema(Class<?> type) {
    return found(enumSchemas.get(type), type.getName());
  }

  Enum<?> symbol(Schema schema, String symbol) {
    var symbols = found(enums.get(schema.getFullName()), schema.getFullName());
    return found(symbols.get(symbol), schema.getName() + "." + symbol);
  }

  private static <T> T found(@Nullable T value, String name) {
    if (value == null) {
      throw new AvroRuntimeException(name + " is not part of the wire");
    }
    return value;
  }

  private void add(Class<?> type) {
    if (type.isRecord() && !byClass.containsKey(type)) {
      addRecord(type);
    } else if (type.isEnum() && !enumSchemas.containsKey(type)) {
      var schema = WireSchemas.of(type);
      enumSchemas.put(type, schema);
      var symbols = new HashMap<String, Enum<?>>();
      for (var constant : type.getEnumConstants()) {
        symbols.put(((Enum<?>) constant).name(), (Enum<?>) constant);
      }
      enums.put(schema.getFullName(), symbols);
    } else if (type.isSealed()) {
      Arrays.stream(type.getPermittedSubclasses()).forEach(this::add);
    }
  }

  private void addRecord(Class<?> type) {
    var schema = WireSchemas.of(type);
    var components = type.getRecordComponents();
    var names = Arrays.stream(components).map(RecordComponent::getName).toList();
    var fields = schema.getFields().stream().map(Schema.Field::name).toList();
    if (!names.equals(fields)) {
      throw new IllegalStateException(
          type.getName() + " has components " + names + ", sluice.avdl has fields " + fields);
    }
    if (!Modifier.isPublic(type.getModifiers())) {
      throw new IllegalStateException(type.getName() + " is not a public record");
    }
    var shape = new Shape(schema, type);
    byClass.put(type, shape);
    byName.put(schema.getFullName(), shape);
    for (var component : components) {
      add(component.getType());
      if (component.getGenericType() instanceof java.lang.reflect.ParameterizedType generic) {
        Arrays.stream(generic.getActualTypeArguments())
            .filter(Class.class::isInstance)
            .forEach(argument -> add((Class<?>) argument));
      }
    }
  }
}
