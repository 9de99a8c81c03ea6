import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each test that asks for one a World of its own; all of them are on one mock, which ends with the run. */
public final class FleetMock implements ParameterResolver {
    private static final Namespace OURS = Namespace.create(FleetMock.class);

    /** The process of the mock, which the variable FLEET_MOCK may name. */
    private static final class Server implements AutoCloseable {
        final Process process;
        final String url;

        Server() {
            var command = Objects.requireNonNullElse(System.getenv("FLEET_MOCK"), "fleet-mock");
            try {
                process = new ProcessBuilder(command, "--port", "0", "--ready-json")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                var line = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
                url = new ObjectMapper().readTree(Objects.requireNonNull(line, command + " did not start.")).get("url").asText();
            } catch (IOException wrong) {
                throw new IllegalStateException(command + " could not be started.", wrong);
            }
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            process.waitFor();
        }
    }

    /** A world, until the test ends that asked for it; a test may ask for several. */
    private record Lease(World main, String name) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            main.control("DELETE", "/worlds/" + name, "");
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == World.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var server = context.getRoot().getStore(OURS).getOrComputeIfAbsent("server", key -> new Server(), Server.class);
        var lease = new Lease(new World(server.url), UUID.randomUUID().toString());
        try {
            lease.main().control("PUT", "/worlds/" + lease.name(), "{}");
        } catch (IOException | InterruptedException wrong) {
            throw new IllegalStateException("The world could not be made.", wrong);
        }
        context.getStore(OURS).put(lease.name(), lease);
        return new World(server.url + "/_mock/worlds/" + lease.name());
    }
}
