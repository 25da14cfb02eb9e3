import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Asks a webservice about each CONNECT, as JSON; what is no clear yes is a no. */
final class AuthService {
    private static final Duration timeout = Duration.ofSeconds(2);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout).build();
    private final ObjectMapper json = new ObjectMapper();
    private final URI uri;

    AuthService(final String url) {
        uri = URI.create(url + "/mqtt/auth");
    }

    CompletableFuture<Boolean> asks(final String clientId, final String userName, final byte[] password)
            throws Exception {
        final String body = json.writeValueAsString(Map.of(
                "clientid", clientId,
                "username", userName,
                "password", new String(password, StandardCharsets.UTF_8)));
        final HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(this::isYes);
    }

    private boolean isYes(final HttpResponse<String> response) {
        try {
            return response.statusCode() == 200
                    && json.readTree(response.body()).path("result").asText().equals("allow");
        } catch (final Exception unreadable) {
            return false;
        }
    }
}
