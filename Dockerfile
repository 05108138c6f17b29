# One file for every image: docker build --target users|sender|receiver|migrate|web .

FROM rust:1.95-slim-bookworm AS rust
RUN apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /antiphon
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/antiphon/target \
    cargo build --locked --profile dist --bin users --bin sender --bin receiver --bin migrate && \
    mkdir /programs && \
    cp target/dist/users target/dist/sender target/dist/receiver target/dist/migrate /programs/

FROM node:20-bookworm-slim AS client
WORKDIR /antiphon/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY shared-schema ../shared-schema
COPY frontend ./
RUN npm run build

FROM debian:bookworm-slim AS service
# /keys is where users keeps its signing key; a volume mounted there takes over its owner.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* && \
    useradd --system --uid 10001 antiphon && install -d -o antiphon -m 700 /keys
COPY --chmod=755 deploy/is-ready /usr/local/bin/is-ready
USER antiphon
ENV HOST=0.0.0.0 PORT=4000
EXPOSE 4000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["is-ready"]

FROM service AS users
COPY --from=rust /programs/users /usr/local/bin/
ENTRYPOINT ["users"]

FROM service AS sender
COPY --from=rust /programs/sender /usr/local/bin/
ENTRYPOINT ["sender"]

FROM service AS receiver
COPY --from=rust /programs/receiver /usr/local/bin/
ENTRYPOINT ["receiver"]

FROM debian:bookworm-slim AS migrate
RUN useradd --system --uid 10001 antiphon
USER antiphon
COPY --from=rust /programs/migrate /usr/local/bin/
ENTRYPOINT ["migrate"]

FROM nginxinc/nginx-unprivileged:1.28-bookworm AS web
COPY deploy/nginx.conf /tmp/nginx.template
USER root
RUN sed -e 's|${WEB_LISTEN}|3000|' -e 's|${WEB_ROOT}|/srv|' /tmp/nginx.template >/etc/nginx/antiphon.conf
USER nginx
COPY --from=client /antiphon/frontend/dist /srv
EXPOSE 3000
CMD ["nginx", "-p", "/tmp", "-c", "/etc/nginx/antiphon.conf"]
