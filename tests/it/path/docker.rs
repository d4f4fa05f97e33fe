//! Between real containers: one network, two, none, and another container's or the host's.

use serde_json::Value;

use crate::support::docker::{Container, Docker};
use crate::support::program::run;

/// What the program says of the road from one container to another.
#[track_caller]
fn road(docker: &Docker, from: &Container, to: &Container) -> Value {
    let [option, url] = docker.arguments();
    run(&["path", option, url, "--json", &from.name, &to.id]).json()
}

/// The address of a container on the network `name`, as the engine says.
fn address(container: &Container, name: &str) -> Value {
    container.inspect()["NetworkSettings"]["Networks"][name]["IPAddress"].clone()
}

#[test]
fn networks_in_common_and_apart() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let (one, two) = (docker.network(), docker.network());
    let [web, db] = [(), ()].map(|()| docker.idle(&["--network", &one.name]));
    let far = docker.idle(&["--network", &two.name]);

    let near = road(&docker, &web, &db);
    assert_eq!(near["verdict"], "complete", "{near:#}");
    assert_eq!(near["best"], address(&db, &one.name));
    let source = &near["trips"][0]["there"]["ways"][0]["source"];
    assert_eq!(source, &address(&web, &one.name));

    // Nothing but the engine's firewall keeps these apart, and that is not read.
    let apart = road(&docker, &web, &far);
    assert_eq!(apart["verdict"], "unknown", "{apart:#}");
    assert_eq!(apart["fault"]["kind"], "networks-apart");

    // On both networks: each is reached where it is near.
    docker.client(&["network", "connect", &two.name, &db.id]);
    for (from, network) in [(&web, &one), (&far, &two)] {
        let both = road(&docker, from, &db);
        assert_eq!(both["verdict"], "complete", "{both:#}");
        assert_eq!(both["best"], address(&db, &network.name));
    }
}

#[test]
fn networks_of_others_and_none() {
    let Some(docker) = Docker::plain() else {
        return;
    };
    let web = docker.idle(&[]);
    let side = docker.idle(&["--network", &format!("container:{}", web.id)]);
    let agent = docker.idle(&["--network", "host"]);
    let lonely = docker.idle(&["--network", "none"]);

    let same = road(&docker, &web, &side);
    assert_eq!(same["verdict"], "complete", "{same:#}");
    assert_eq!(same["from"]["namespace"], same["to"]["namespace"]);

    for (from, to) in [(&side, &agent), (&agent, &side)] {
        let host = road(&docker, from, to);
        assert_eq!(host["verdict"], "complete", "{host:#}");
        assert_eq!(host["to"]["title"], to.name.as_str());
    }

    let none = road(&docker, &web, &lonely);
    assert_eq!(none["verdict"], "broken", "{none:#}");
    assert_eq!(none["fault"]["kind"], "only-loopback");
    assert_eq!(none["fault"]["namespace"], none["to"]["namespace"]);
}
