import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** A world of a mock: a base URL for the client that is tested, and the control API of that world. */
record World(String url) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Calls the control API of this world, with JSON or an empty text; the response is null where it has no body. */
    JsonNode control(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + "/_mock" + path));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        var response = HTTP.send(request.method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
        if (response.statusCode() >= 400) {
            throw new IOException(method + " " + path + " was answered " + response.statusCode() + ": " + response.body());
        }
        return response.body().isEmpty() ? null : JSON.readTree(response.body());
    }

    /** Returns the exchanges that fit a query such as "operation=rename_fleet". */
    JsonNode sent(String query) throws IOException, InterruptedException {
        return control("GET", "/journal?" + query, "").get("entries");
    }
}
