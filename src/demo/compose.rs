//! Two compose projects on the example host: a shop, and what watches it.

use super::docker::{NEW, proxies, told};
use super::network::{MONITORING, SHOP, fall_off_the_bridge};
use super::place::Place;
use super::scene::{Scene, id};
use super::turn::{Life, Turn};
use crate::model::Kind;

const API: u32 = 3421;
const DB: u32 = 3521;
const FEATURES: u32 = 3621;
const PROMETHEUS: u32 = 4121;
const GRAFANA: u32 = 4221;
const EXPORTER: u32 = 4321;

pub(super) fn describe(scene: &mut Scene, turn: Turn) {
    let web = web(scene, turn.web());
    sidecar(scene, turn, &web);
    api(scene, turn);
    database(scene);
    features(scene);
    prometheus(scene);
    grafana(scene);
    exporter(scene);
}

fn web_pid(life: Life) -> u32 {
    life.pid(3121, 10)
}

fn web(scene: &mut Scene, life: Life) -> Place {
    let pid = web_pid(life);
    let place = told("shop-web-1", "nginx:1.29", pid)
        .compose("shop", "web")
        .network(SHOP, 20, 2)
        .publish(&["0.0.0.0", "::"], 443)
        .mount("/srv/shop/nginx.conf", "/etc/nginx/nginx.conf", true)
        .start(scene, pid, &NEW);
    scene.run(
        &place,
        &[
            (1, 0, 0, "nginx: master process nginx -g daemon off;"),
            (4, 1, 101, "nginx: worker process"),
            (5, 1, 101, "nginx: worker process"),
        ],
    );
    let sockets = ["tcp 0.0.0.0:80", "tcp 0.0.0.0:443"];
    scene.listen(&place, &[1, 4, 5], &sockets);
    proxies(
        scene,
        life.pid(3090, 6),
        &["0.0.0.0", "::"],
        ("172.20.0.2", 443),
    );
    place
}

/// In the network namespace that web had when the sidecar was started.
fn sidecar(scene: &mut Scene, turn: Turn, web: &Place) {
    let life = turn.sidecar();
    let then = life.start().web();
    let network = if then == turn.web() {
        web.clone()
    } else {
        web.clone().isolated(web_pid(then), &[Kind::Net])
    };
    let pid = life.pid(3221, 10);
    let place = told(
        "shop-sidecar-1",
        "otel/opentelemetry-collector:0.139.0",
        pid,
    )
    .compose("shop", "sidecar")
    .mode(Kind::Net, &format!("container:{}", id("shop-web-1")))
    .start(scene, pid, &NEW)
    .joined(&network, &[Kind::Net]);
    let command = "/otelcol --config /etc/otelcol/config.yaml";
    scene.run(&place, &[(1, 0, 10_001, command)]);
    let sockets = ["tcp [::]:4317", "tcp 127.0.0.1:13133"];
    scene.listen(&place, &[1], &sockets);
}

/// With a process that was put into a network namespace of its own, and a worker that comes and goes.
fn api(scene: &mut Scene, turn: Turn) {
    let place = told("shop-api-1", "registry.example/shop/api:4.7.1", API)
        .compose("shop", "api")
        .network(SHOP, 20, 3)
        .label("org.opencontainers.image.revision", "9f2c1d7")
        .start(scene, API, &NEW);
    scene.run(
        &place,
        &[
            (1, 0, USER, "node /srv/api/server.js"),
            (18, 1, USER, "node /srv/api/queue.js"),
        ],
    );
    scene.listen(&place, &[1], &["tcp [::]:8080"]);
    let net = place.net();
    let db = "02:42:ac:14:00:04";
    scene.fabric.neighbour(net, 2, "172.20.0.4", Some(db));
    scene.fabric.neighbour(net, 2, "172.20.0.5", None);
    let rendering = place.clone().isolated(API + 30, &[Kind::Net]);
    let command = "/srv/api/bin/render --offline invoice.html";
    scene.run(&rendering, &[(31, 0, USER, command)]);
    scene.fabric.untouched(rendering.net());
    if let Some(life) = turn.worker() {
        let pid = life.pid(0, 30) - (API - 1);
        scene.run(&place, &[(pid, 1, USER, "node /srv/api/worker.js --once")]);
        scene.state(place.outside(pid), b'R');
    }
}

/// The user id of the shop's programs.
const USER: u32 = 1001;

fn database(scene: &mut Scene) {
    let place = told("shop-db-1", "postgres:18", DB)
        .compose("shop", "db")
        .network(SHOP, 20, 4)
        .mount(
            "/var/lib/docker/volumes/shop_data/_data",
            "/var/lib/postgresql",
            false,
        )
        .start(scene, DB, &NEW);
    scene.run(
        &place,
        &[
            (1, 0, 999, "postgres"),
            (27, 1, 999, "postgres: checkpointer"),
            (28, 1, 999, "postgres: background writer"),
            (30, 1, 999, "postgres: walwriter"),
            (31, 1, 999, "postgres: autovacuum launcher"),
            (44, 1, 999, "postgres: shop shop 172.20.0.3(41822) idle"),
        ],
    );
    let sockets = [
        "tcp 0.0.0.0:5432",
        "tcp [::]:5432 v6only",
        "unix /var/run/postgresql/.s.PGSQL.5432",
    ];
    scene.listen(&place, &[1], &sockets);
    let api = "02:42:ac:14:00:03";
    let net = place.net();
    scene.fabric.neighbour(net, 2, "172.20.0.3", Some(api));
}

/// A long name, a long command line, and a process whose first thread has ended; no longer plugged into its bridge.
fn features(scene: &mut Scene) {
    let name = "shop-recommendation-feature-store-materializer-1";
    let place = told(name, "registry.example/ml/materializer:2026.1", FEATURES)
        .compose("shop", "recommendation-feature-store-materializer")
        .network(SHOP, 20, 5)
        .start(scene, FEATURES, &NEW);
    let jars = "/opt/materializer/lib/dependency.jar:".repeat(120);
    let command = format!("java -Xmx2g -cp {jars} com.example.Materializer");
    scene.run(&place, &[(1, 0, USER, &command)]);
    scene.listen(&place, &[1], &["tcp [::]:9404"]);
    scene.leader_ended(FEATURES, FEATURES + 19);
    fall_off_the_bridge(&mut scene.fabric, FEATURES, "172.20.0.5");
}

/// In two networks.
fn prometheus(scene: &mut Scene) {
    let place = told(
        "monitoring-prometheus-1",
        "prom/prometheus:v3.7.3",
        PROMETHEUS,
    )
    .compose("monitoring", "prometheus")
    .network(MONITORING, 21, 2)
    .network(SHOP, 20, 6)
    .mount(
        "/var/lib/docker/volumes/monitoring_data/_data",
        "/prometheus",
        false,
    )
    .start(scene, PROMETHEUS, &NEW);
    let command = "/bin/prometheus --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/prometheus";
    scene.run(&place, &[(1, 0, 65_534, command)]);
    scene.listen(&place, &[1], &["tcp [::]:9090"]);
    scene.fabric.neighbour(place.net(), 3, "172.20.0.5", None);
}

/// Docker could not be asked for its details.
fn grafana(scene: &mut Scene) {
    let place = told("monitoring-grafana-1", "grafana/grafana:12.3.0", GRAFANA)
        .compose("monitoring", "grafana")
        .network(MONITORING, 21, 3)
        .publish(&["127.0.0.1"], 3000)
        .only_listed()
        .start(scene, GRAFANA, &NEW);
    let command = "grafana server --homepath=/usr/share/grafana --config=/etc/grafana/grafana.ini";
    scene.run(&place, &[(1, 0, 472, command)]);
    scene.listen(&place, &[1], &["tcp [::]:3000"]);
    proxies(scene, 4190, &["127.0.0.1"], ("172.21.0.3", 3000));
}

/// In the host's net, pid and uts namespaces.
fn exporter(scene: &mut Scene) {
    let place = told(
        "monitoring-node-exporter-1",
        "prom/node-exporter:v1.10.2",
        EXPORTER,
    )
    .compose("monitoring", "node-exporter")
    .mode(Kind::Net, "host")
    .mode(Kind::Pid, "host")
    .mode(Kind::Uts, "host")
    .mount("/", "/host", true)
    .start(scene, EXPORTER, &[Kind::Cgroup, Kind::Ipc, Kind::Mnt]);
    let command = "/bin/node_exporter --path.rootfs=/host";
    scene.run(&place, &[(EXPORTER, 0, 65_534, command)]);
    scene.listen(&place, &[EXPORTER], &["tcp [::]:9100"]);
}
