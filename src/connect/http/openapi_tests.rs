#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;

fn document(paths: Value) -> Document {
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Shop", "description": "Orders\nand stock" },
        "servers": [{ "url": "https://shop.test/v1" }],
        "paths": paths,
        "components": {
            "schemas": { "Order": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } } },
            "parameters": { "Id": { "name": "id", "in": "path", "required": true, "schema": { "type": "string" }, "description": "Which" } }
        }
    });
    Document::read(document.to_string().as_bytes(), "shop.json").unwrap()
}

fn body(schema: Value) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": schema } } })
}

#[test]
fn operations_become_tools() {
    let document = document(json!({ "/orders/{id}": {
        "parameters": [{ "$ref": "#/components/parameters/Id" }],
        "get": {
            "summary": "Finds an order",
            "parameters": [{ "name": "full", "in": "query", "schema": { "type": "boolean" } }],
            "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Order" } } } } }
        },
        "delete": { "operationId": "cancel" },
        "put": { "operationId": "replace", "requestBody": body(json!({ "allOf": [
            { "properties": { "note": { "type": "string" } }, "required": ["note"] },
            { "properties": { "size": { "type": "integer" } } } ] })) },
        "post": { "operationId": "check", "x-effect": "read", "requestBody": body(json!({ "$ref": "#/components/schemas/Order" })) }
    }}));
    let (operations, problem) = document.operations().unwrap();
    assert_eq!(problem, None);
    assert_eq!(
        operations.keys().collect::<Vec<_>>(),
        ["get_orders_id", "check", "replace", "cancel"]
    );

    let get = &operations["get_orders_id"].tool;
    assert_eq!((get.effect, get.idempotent), (Effect::Read, true));
    assert_eq!(get.description, "Finds an order");
    assert_eq!(get.output.as_ref().unwrap()["required"], json!(["id"]));
    assert_eq!(
        get.input,
        json!({ "type": "object", "properties": {
            "full": { "type": "boolean" }, "id": { "type": "string", "description": "Which" } },
            "required": ["id"], "additionalProperties": false })
    );
    let cancel = &operations["cancel"].tool;
    assert_eq!(
        (cancel.effect, cancel.idempotent),
        (Effect::Irreversible, true)
    );
    let replace = &operations["replace"];
    assert_eq!(replace.body, Some(Body::Properties));
    assert_eq!(replace.tool.input["required"], json!(["id", "note"]));
    assert_eq!(replace.tool.effect, Effect::Write);
    // The body shares the name `id` with the path.
    let check = &operations["check"];
    assert_eq!(check.body, Some(Body::Whole));
    assert_eq!(
        (check.tool.effect, check.tool.idempotent),
        (Effect::Read, true)
    );
}

#[test]
fn a_service_that_knows_idempotency_keys_does_nothing_twice() {
    let key = json!({ "name": "idempotency-key", "in": "header", "required": true, "schema": { "type": "string" } });
    let document =
        document(json!({ "/orders": { "post": { "operationId": "order", "parameters": [key] } } }));
    let (operations, _) = document.operations().unwrap();
    let order = &operations["order"];
    assert!(order.tool.idempotent && order.parameters.is_empty());
    assert!(!order.tool.input.to_string().contains("idempotency"));
}

#[test]
fn says_what_it_leaves_out_and_what_the_service_is() {
    let upload = json!({ "content": { "multipart/form-data": { "schema": {} } } });
    let document = document(
        json!({ "/files": { "post": { "operationId": "upload", "requestBody": upload } } }),
    );
    let (operations, problem) = document.operations().unwrap();
    assert!(operations.is_empty());
    assert!(problem.unwrap().contains("upload"));
    assert_eq!(document.about().unwrap(), "Shop: Orders and stock");
    assert_eq!(document.server(), Some("https://shop.test/v1"));
}

#[test]
fn names_are_given_once() {
    let node = json!({ "operationId": "go" });
    let document = document(json!({ "/a": { "get": node }, "/b": { "get": node } }));
    let (operations, _) = document.operations().unwrap();
    assert_eq!(operations.keys().collect::<Vec<_>>(), ["go", "go_2"]);
}

#[test]
fn refuses_what_it_cannot_read() {
    let read = |text: &str| Document::read(text.as_bytes(), "d").err().unwrap();
    assert!(read("openapi: 3.1.0").help.unwrap().contains("YAML"));
    assert!(read(r#"{"swagger":"2.0"}"#).message.contains("Swagger 2.0"));
    assert!(read("{}").message.contains("does not say"));
    let document = document(json!({ "/a": { "get": { "x-effect": "harmless" } } }));
    let error = document.operations().err().unwrap();
    assert!(error.message.contains("harmless"));
}
