package dev.sluice.platform.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.platform.kafka.KafkaSettings;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who listens at an address that was given for a broker's. */
class GreetingTest {

  private static final String HOST = "127.0.0.1";

  /** What a listener does with a connection. */
  private interface Manners {
    void meet(Socket socket) throws IOException;
  }

  @Test
  void aPortAtWhichNothingListens() throws IOException {
    int port;
    try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    assertThat(Greeting.at(new Greeting.Address(HOST, port))).isInstanceOf(Greeting.Refused.class);
    assertThatThrownBy(
            () ->
                ClusterCheck.require(
                    KafkaSettings.of(HOST + ":" + port), -1, Rights.READER, Duration.ofMillis(100)))
        .isInstanceOf(Topics.TopicsUnavailable.class)
        .hasMessageContaining("Nothing listens at " + HOST + ":" + port + " (connection refused).");
  }

  @Test
  void aHostThatNobodyCanResolve() {
    assertThat(Greeting.at(new Greeting.Address("kafka-0.kafka.svc.invalid", 9092)))
        .isInstanceOf(Greeting.UnknownHost.class);
  }

  @Test
  void aWebServer() throws IOException {
    assertThat(
            met(
                socket ->
                    socket
                        .getOutputStream()
                        .write("HTTP/1.1 400 Bad".getBytes(StandardCharsets.US_ASCII))))
        .isEqualTo(new Greeting.NotKafka("HTTP/1.1"));
  }

  @Test
  void aListenerThatWantsTls() throws IOException {
    assertThat(
            met(
                socket ->
                    socket.getOutputStream().write(new byte[] {0x15, 3, 3, 0, 2, 2, 80, 0, 0})))
        .isInstanceOf(Greeting.WantsTls.class);
  }

  @Test
  void aListenerThatHangsUpAtOnceIsNoBrokerAndOneThatDoesSoLaterWantsSasl() throws IOException {
    assertThat(met(socket -> {})).isEqualTo(new Greeting.NotKafka("nothing"));
    assertThat(met(socket -> socket.getOutputStream().write(answer(18, new byte[6]))))
        .isInstanceOf(Greeting.HungUp.class);
  }

  @Test
  void aListenerThatSaysNothingIsNotWaitedForForLong() throws IOException {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Greeting.at(new Greeting.Address(HOST, silent.getLocalPort())))
          .isEqualTo(new Greeting.Silent("does not answer"));
    }
  }

  @Test
  void aBrokerTellsTheAddressesOfAll() throws IOException {
    assertThat(
            met(
                broker(
                    brokers(
                        new Greeting.Address("host-1", 9092),
                        new Greeting.Address("host-2", 9092)))))
        .isEqualTo(
            new Greeting.Answered(
                List.of(
                    new Greeting.Address("host-1", 9092), new Greeting.Address("host-2", 9092))));
  }

  @Test
  void anAddressThatABrokerTellsItsClientsAndAtWhichNothingListensIsNamed() throws IOException {
    int port;
    try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    var told = brokers(new Greeting.Address(HOST, port));
    try (var broker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                boolean open = true;
                while (open) {
                  open = meets(broker, told);
                }
              });
      var kafka = KafkaSettings.of(HOST + ":" + broker.getLocalPort());
      assertThatThrownBy(() -> ClusterCheck.require(kafka, -1, Rights.READER, Duration.ZERO))
          .isInstanceOf(Topics.TopicsUnavailable.class)
          .hasMessageContaining("A broker says that clients reach it at " + HOST + ":" + port)
          .hasMessageContaining("nothing listens there (connection refused)")
          .hasMessageContaining("Set advertised.listeners");
    }
  }

  private static byte[] brokers(Greeting.Address... addresses) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(addresses.length);
    for (var address : addresses) {
      out.writeInt(1); // node id
      out.writeUTF(address.host());
      out.writeInt(address.port());
      out.writeShort(-1); // no rack
    }
    return bytes.toByteArray();
  }

  /** A broker that tells its clients of these. */
  private static Manners broker(byte[] brokers) {
    return socket -> {
      socket.getOutputStream().write(answer(18, new byte[6]));
      socket.getOutputStream().write(answer(3, brokers));
    };
  }

  /** Meets the next one; false where the listener is closed. */
  private static boolean meets(ServerSocket listener, byte[] brokers) {
    try (var socket = listener.accept()) {
      broker(brokers).meet(socket);
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static byte[] answer(int correlation, byte[] body) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeInt(Integer.BYTES + body.length);
    out.writeInt(correlation);
    out.write(body);
    return bytes.toByteArray();
  }

  /** What a listener with these manners is taken for. It hangs up when it has been met. */
  private static Greeting.Found met(Manners manners) throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (var socket = server.accept()) {
                  manners.meet(socket);
                  socket.shutdownOutput();
                  socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      return Greeting.at(new Greeting.Address(HOST, server.getLocalPort()));
    }
  }
}
