# One file for every image: docker build --target users|sender|receiver|worker|migrate|web .
#
# Needs neither BuildKit nor a line `# syntax=`, which would have to be fetched from a registry: any engine builds it.

FROM rust:1.95-slim-bookworm AS rust
RUN apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /antiphon
# The dependencies first, with nothing of ours: this step is repeated when a manifest changes, not when a source does.
COPY Cargo.toml Cargo.lock ./
COPY chassis/Cargo.toml chassis/
COPY lab/Cargo.toml lab/
COPY lab/bench/Cargo.toml lab/bench/
COPY lab/faults/Cargo.toml lab/faults/
COPY lab/stack/Cargo.toml lab/stack/
COPY migrations/Cargo.toml migrations/
COPY receiver/Cargo.toml receiver/
COPY sender/Cargo.toml sender/
COPY feed-log/Cargo.toml feed-log/
COPY shared-schema/Cargo.toml shared-schema/
COPY text/Cargo.toml text/
COPY users/Cargo.toml users/
COPY worker/Cargo.toml worker/
RUN for crate in */ lab/*/; do \
        mkdir "$crate/src" && : >"$crate/src/lib.rs" && echo 'fn main() {}' >"$crate/src/main.rs"; \
        touch "$crate/README.md"; \
    done && \
    cargo build --locked --profile dist --bin users --bin sender --bin receiver --bin worker --bin migrate
COPY chassis chassis
COPY migrations migrations
COPY receiver receiver
COPY sender sender
COPY feed-log feed-log
COPY shared-schema shared-schema
COPY text text
COPY users users
COPY worker worker
# Cargo goes by the times of files, and ours may be older than those of the step before.
RUN find chassis feed-log migrations receiver sender shared-schema text users worker -name '*.rs' -exec touch {} + && \
    cargo build --locked --profile dist --bin users --bin sender --bin receiver --bin worker --bin migrate && \
    mkdir /programs && \
    cp target/dist/users target/dist/sender target/dist/receiver target/dist/worker target/dist/migrate /programs/

FROM node:20-bookworm-slim AS client
WORKDIR /antiphon/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY shared-schema ../shared-schema
COPY frontend ./
RUN npm run build

FROM debian:bookworm-slim AS service
# /keys is where users keeps its signing key; a volume mounted there takes over its owner.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && apt-get clean && rm -rf /var/lib/apt/lists/* && \
    groupadd --gid 10001 antiphon && useradd --uid 10001 --gid antiphon --no-create-home --home-dir /nonexistent antiphon && \
    install -d -o antiphon -g antiphon -m 700 /keys
COPY deploy/is-ready deploy/start-instance /usr/local/bin/
# A number, because Kubernetes cannot tell whether a name is root.
USER 10001
ENV HOST=0.0.0.0 PORT=4000
EXPOSE 4000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["is-ready"]

FROM service AS users
COPY --from=rust /programs/users /usr/local/bin/
ENTRYPOINT ["start-instance", "users"]

FROM service AS sender
COPY --from=rust /programs/sender /usr/local/bin/
ENTRYPOINT ["start-instance", "sender"]

FROM service AS receiver
COPY --from=rust /programs/receiver /usr/local/bin/
ENTRYPOINT ["start-instance", "receiver"]

FROM service AS worker
COPY --from=rust /programs/worker /usr/local/bin/
ENTRYPOINT ["start-instance", "worker"]

FROM debian:bookworm-slim AS migrate
# compose.yaml makes its passwords with this image, too.
COPY deploy/make-secrets /usr/local/bin/make-secrets
COPY deploy/redis.acl /usr/local/share/antiphon/redis.acl
USER 10001
COPY --from=rust /programs/migrate /usr/local/bin/
ENTRYPOINT ["migrate"]

FROM nginxinc/nginx-unprivileged:1.28-bookworm AS web
COPY deploy/nginx.conf /tmp/nginx.template
USER 0
RUN sed -e 's|${WEB_LISTEN}|3000|' -e 's|${WEB_ROOT}|/srv|' /tmp/nginx.template >/etc/nginx/antiphon.conf
USER 101
COPY --from=client /antiphon/frontend/dist /srv
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3000 && printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r answer <&3 && [[ $answer == *' 200 '* ]]"]
CMD ["nginx", "-p", "/tmp", "-c", "/etc/nginx/antiphon.conf"]
