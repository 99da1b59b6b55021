//! `switchboard openapi` and `switchboard socket-schema`: the generated documents.

use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use switchboard_schema::wire::{ClientFrame, ServerFrame};

/// The API's document, as checked in.
///
/// # Errors
/// When it cannot be encoded.
pub(crate) fn openapi() -> serde_json::Result<String> {
    pretty(&crate::http::router::openapi())
}

/// The schema of the socket's frames, as checked in: either side's frames, and what they refer to.
///
/// # Errors
/// When it cannot be encoded.
pub(crate) fn socket_schema() -> serde_json::Result<String> {
    let mut generator: SchemaGenerator = SchemaSettings::draft2020_12().into_generator();
    let client: Schema = generator.subschema_for::<ClientFrame>();
    let server: Schema = generator.subschema_for::<ServerFrame>();
    pretty(&serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Frame",
        "description": "What goes over GET /api/v1/socket, either way",
        "anyOf": [client, server],
        "$defs": generator.take_definitions(true),
    }))
}

fn pretty(document: &impl serde::Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}
