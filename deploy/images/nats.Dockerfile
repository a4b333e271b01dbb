# The broker, as somebody who is not root and may write below /data alone.
FROM nats:2.12.8-alpine
RUN mkdir -p /data/jetstream /data/accounts && chown -R 10002:10002 /data && chmod -R 0700 /data
COPY deploy/nats/nats.conf /etc/nats/nats.conf
USER 10002:10002
EXPOSE 4222
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8222/healthz?js-enabled-only=true"]
CMD ["nats-server", "--config", "/etc/nats/nats.conf"]
