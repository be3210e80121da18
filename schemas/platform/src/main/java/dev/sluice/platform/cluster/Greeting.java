package dev.sluice.platform.cluster;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Who listens at an address. Kafka's clients try for half a minute whatever is there, and say only
 * that they did; two requests of Kafka's protocol over a socket tell at once. The requests are the
 * oldest that brokers still answer: <a href="https://kafka.apache.org/protocol">ApiVersions 0 and
 * Metadata 1</a>.
 */
final class Greeting {

  private static final int CONNECT_MS_MAX = 1_000;
  private static final int ANSWER_MS_MAX = 1_500;
  private static final short API_VERSIONS = 18;
  private static final short METADATA = 3;
  private static final int ANSWER_BYTES_MAX = 4 * 1024 * 1024;

  /** First bytes of a record of TLS: an alert or a handshake, version 3. */
  private static final List<Integer> TLS_RECORDS = List.of(0x15, 0x16);

  private Greeting() {}

  /**
   * An address.
   *
   * @param host name or number
   * @param port port
   */
  record Address(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /** What became of it. */
  sealed interface Found {}

  /**
   * A broker.
   *
   * @param brokers the addresses that brokers tell their clients
   */
  record Answered(List<Address> brokers) implements Found {}

  /** No address has this host name. */
  record UnknownHost() implements Found {}

  /** Nothing listens there. */
  record Refused() implements Found {}

  /** The machine or the program does not answer. */
  record Silent(String how) implements Found {}

  /** It wants TLS. */
  record WantsTls() implements Found {}

  /** It took Kafka's first request and hung up on the second. */
  record HungUp() implements Found {}

  /** It is no broker. */
  record NotKafka(String said) implements Found {}

  /** Finds out who listens there; as Kafka's clients do, it tries each address of a name. */
  static Found at(Address address) {
    Found found = new UnknownHost();
    for (var numeric : resolved(address.host())) {
      found = at(new InetSocketAddress(numeric, address.port()));
      if (found instanceof Answered) {
        return found;
      }
    }
    return found;
  }

  private static Found at(InetSocketAddress address) {
    try (var socket = new Socket()) {
      socket.connect(address, CONNECT_MS_MAX);
      socket.setSoTimeout(ANSWER_MS_MAX);
      return talk(socket);
    } catch (ConnectException | NoRouteToHostException e) {
      return String.valueOf(e.getMessage()).contains("refused")
          ? new Refused()
          : new Silent("can't be reached: " + e.getMessage());
    } catch (SocketTimeoutException e) {
      return new Silent("does not answer");
    } catch (IOException e) {
      return new Silent("can't be talked to: " + e.getMessage());
    }
  }

  /** A name's addresses; none where a name server knows it not, or does not answer. */
  private static List<InetAddress> resolved(String host) {
    var lookup = new FutureTask<>(() -> InetAddress.getAllByName(host));
    Thread.ofVirtual().name("lookup").start(lookup);
    try {
      return List.of(lookup.get(CONNECT_MS_MAX, TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private static Found talk(Socket socket) throws IOException {
    var out = new DataOutputStream(socket.getOutputStream());
    var in = new DataInputStream(socket.getInputStream());
    ask(out, API_VERSIONS, (short) 0, new byte[0]);
    var first = new byte[8];
    try {
      in.readFully(first);
    } catch (EOFException e) {
      return new NotKafka("nothing");
    }
    var head = ByteBuffer.wrap(first);
    int bytes = head.getInt();
    if (head.getInt() != API_VERSIONS || bytes < Integer.BYTES || bytes > ANSWER_BYTES_MAX) {
      return TLS_RECORDS.contains((int) first[0]) && first[1] == 3
          ? new WantsTls()
          : new NotKafka(printable(first));
    }
    in.skipNBytes(bytes - Integer.BYTES);
    // No topics are asked about: an empty list.
    ask(out, METADATA, (short) 1, new byte[Integer.BYTES]);
    try {
      return new Answered(brokers(in));
    } catch (EOFException e) {
      return new HungUp();
    }
  }

  private static void ask(DataOutputStream out, short api, short version, byte[] body)
      throws IOException {
    var client = "sluice".getBytes(StandardCharsets.US_ASCII);
    var bytes = new ByteArrayOutputStream();
    var request = new DataOutputStream(bytes);
    request.writeShort(api);
    request.writeShort(version);
    request.writeInt(api); // comes back, so that the answer is known
    request.writeShort(client.length);
    request.write(client);
    request.write(body);
    out.writeInt(bytes.size());
    out.write(bytes.toByteArray());
    out.flush();
  }

  private static List<Address> brokers(DataInputStream in) throws IOException {
    int bytes = in.readInt();
    if (in.readInt() != METADATA || bytes > ANSWER_BYTES_MAX) {
      throw new IOException("its answer is none of Kafka's");
    }
    int count = in.readInt();
    var found = new ArrayList<Address>();
    for (int i = 0; i < count; i++) {
      in.readInt(); // node id
      var host = text(in);
      found.add(new Address(host, in.readInt()));
      text(in); // rack
    }
    return List.copyOf(found);
  }

  private static String text(DataInputStream in) throws IOException {
    int bytes = in.readShort();
    return bytes < 0 ? "" : new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
  }

  private static String printable(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
  }
}
