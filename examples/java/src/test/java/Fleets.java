import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The client that is tested: it renames fleets and reads invitation codes, and tries again where it is told to. */
final class Fleets {
    private static final int MOST_TRIES = 3;
    private static final ObjectMapper JSON = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final String url;
    private final String apiKey;

    Fleets(String url, String apiKey) {
        this.url = url;
        this.apiKey = apiKey;
    }

    void rename(String fleetId, String name) throws IOException, InterruptedException {
        send("PUT", "/emp/v1/fleets/" + encoded(fleetId) + "/rename", JSON.writeValueAsString(Map.of("newName", name)));
    }

    String codes(String fleetId) throws IOException, InterruptedException {
        return send("GET", "/emp/v1/fleets/" + encoded(fleetId) + "/invitation", "").body();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + path)).header("X-API-Key", apiKey);
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        request.method(method, BodyPublishers.ofString(body));
        for (int left = MOST_TRIES - 1; ; left--) {
            var response = http.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() < 300) {
                return response;
            }
            if (response.statusCode() != 429 || left == 0) {
                throw new IOException(method + " " + path + " was answered " + response.statusCode());
            }
            Thread.sleep(1000 * Long.parseLong(response.headers().firstValue("Retry-After").orElse("1")));
        }
    }
}
