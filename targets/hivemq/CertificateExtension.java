import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.async.Async;
import com.hivemq.extension.sdk.api.auth.Authorizer;
import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.AuthorizerProviderInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerOutput;
import com.hivemq.extension.sdk.api.client.parameter.ClientTlsInformation;
import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Who may come in and what they may do: by the certificate that TLS has found good, by user name and password where the order names a check
 * of them, and by its rules of topics where it has any.
 */
final class CertificateExtension implements ExtensionMain, SimpleAuthenticator {
    private static final String userNameKey = "certstorm.userName";

    private final boolean required;
    private final Passwords passwords;
    private final AuthService service;
    private final Rules rules;
    private final Counts counts;

    CertificateExtension(final JsonNode order, final JsonNode users, final Counts counts) {
        required = order.path("clientCertificates").asText().equals("required");
        passwords = users == null ? null : new Passwords(users);
        service = order.hasNonNull("authUrl") ? new AuthService(order.get("authUrl").asText()) : null;
        rules = order.hasNonNull("rules") ? new Rules(order.get("rules")) : null;
        this.counts = counts;
    }

    @Override
    public void extensionStart(final ExtensionStartInput input, final ExtensionStartOutput output) {
        Services.securityRegistry().setAuthenticatorProvider(provided -> this);
        if (rules != null) {
            Services.securityRegistry().setAuthorizerProvider(this::authorizer);
        }
    }

    @Override
    public void extensionStop(final ExtensionStopInput input, final ExtensionStopOutput output) {}

    @Override
    public void onConnect(final SimpleAuthInput input, final SimpleAuthOutput output) {
        final ConnectionInformation connection = input.getConnectionInformation();
        final ConnectPacket packet = input.getConnectPacket();
        final String source = sourceOf(connection);
        // TLS demands one, so that nobody should come without.
        if (required && certificateOf(connection).isEmpty()) {
            refuse(output, source, ConnackReasonCode.NOT_AUTHORIZED);
            return;
        }
        if (passwords == null && service == null) {
            accept(output, connection, packet);
            return;
        }
        final Optional<String> userName = packet.getUserName();
        final Optional<ByteBuffer> password = packet.getPassword();
        if (userName.isEmpty() || password.isEmpty()) {
            refuse(output, source, ConnackReasonCode.NOT_AUTHORIZED);
            return;
        }
        if (service == null) {
            judge(passwords.isRight(userName.get(), bytes(password.get())), output, connection, packet);
            return;
        }
        final Async<SimpleAuthOutput> later = output.async(Duration.ofSeconds(10));
        try {
            service.asks(packet.getClientId(), userName.get(), bytes(password.get())).whenComplete((yes, error) -> {
                judge(error == null && yes, output, connection, packet);
                later.resume();
            });
        } catch (final Exception unasked) {
            refuse(output, source, ConnackReasonCode.SERVER_UNAVAILABLE);
            later.resume();
        }
    }

    private void judge(
            final boolean right,
            final SimpleAuthOutput output,
            final ConnectionInformation connection,
            final ConnectPacket packet) {
        if (right) {
            accept(output, connection, packet);
        } else {
            refuse(output, sourceOf(connection), ConnackReasonCode.BAD_USER_NAME_OR_PASSWORD);
        }
    }

    private void accept(
            final SimpleAuthOutput output, final ConnectionInformation connection, final ConnectPacket packet) {
        counts.accepted(sourceOf(connection));
        packet.getUserName()
                .ifPresent(name -> connection.getConnectionAttributeStore().putAsString(userNameKey, name));
        output.authenticateSuccessfully();
    }

    private void refuse(final SimpleAuthOutput output, final String source, final ConnackReasonCode code) {
        counts.refusedAtConnect(source, code.name().toLowerCase(java.util.Locale.ROOT));
        output.failAuthentication(code);
    }

    private Authorizer authorizer(final AuthorizerProviderInput input) {
        final ConnectionInformation connection = input.getConnectionInformation();
        final String userName =
                connection.getConnectionAttributeStore().getAsString(userNameKey).orElse(null);
        final String clientId = input.getClientInformation().getClientId();
        return new Judge(rules.grantsOf(factsOf(connection), clientId, userName), sourceOf(connection));
    }

    /** One session's grants. */
    private final class Judge implements PublishAuthorizer, SubscriptionAuthorizer {
        private final Rules.Grants grants;
        private final String source;
        private final AtomicBoolean refused = new AtomicBoolean();

        Judge(final Rules.Grants grants, final String source) {
            this.grants = grants;
            this.source = source;
        }

        @Override
        public void authorizePublish(final PublishAuthorizerInput input, final PublishAuthorizerOutput output) {
            if (grants.mayPublish(input.getPublishPacket().getTopic())) {
                output.authorizeSuccessfully();
            } else {
                count("publish");
                output.failAuthorization();
            }
        }

        @Override
        public void authorizeSubscribe(
                final SubscriptionAuthorizerInput input, final SubscriptionAuthorizerOutput output) {
            if (grants.maySubscribe(input.getSubscription().getTopicFilter())) {
                output.authorizeSuccessfully();
            } else {
                count("subscribe");
                output.failAuthorization();
            }
        }

        private void count(final String operation) {
            if (!refused.getAndSet(true)) {
                counts.refusedAtAuthorization(source, operation);
            }
        }
    }

    /** Null where there is no certificate, or none that can be read. */
    private static CertificateFacts factsOf(final ConnectionInformation connection) {
        try {
            final Optional<X509Certificate> certificate = certificateOf(connection);
            return certificate.isEmpty() ? null : new CertificateFacts(certificate.get());
        } catch (final Exception unreadable) {
            return null;
        }
    }

    private static Optional<X509Certificate> certificateOf(final ConnectionInformation connection) {
        return connection.getClientTlsInformation().flatMap(ClientTlsInformation::getClientCertificate);
    }

    private static String sourceOf(final ConnectionInformation connection) {
        return connection.getInetAddress().map(Counts::sourceOf).orElse("unknown");
    }

    private static byte[] bytes(final ByteBuffer buffer) {
        final byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
