package dev.shearline.bench;

import dev.shearline.server.Server;
import dev.shearline.server.config.SettingsParser;
import java.util.Map;
import java.util.Optional;

/** One node of the service as a process: what {@code shearline serve} does, without the command line. */
final class NodeMain {

    private NodeMain() {}

    public static void main(String[] arguments) {
        var server = Server.start(SettingsParser.parse(System.getenv(), Optional.empty(), Map.of()));
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println(ChildProcess.LISTENING + server.port());
    }
}
