/**
 * What of spec/openapi.yaml the SDK speaks, with the names that properties have in TypeScript: `last_four` is `lastFour`
 * there. What callers name themselves, as in `metadata`, keeps its names; so do headers, which the transport sends.
 */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";

export const PATHS = [
  "/v1/keys",
  "/v1/keys/self",
  "/v1/keys/verify",
  "/v1/keys/verify-batch",
  "/v1/keys/{id}",
  "/v1/keys/{id}/usage",
  "/v1/keys/{id}/impact",
  "/v1/keys/{id}/callers",
  "/v1/keys/{id}/revoke",
  "/v1/keys/{id}/rotate",
  "/v1/keys/{id}/disable",
  "/v1/keys/{id}/enable",
  "/v1/changes/head",
  "/v1/usage-reports",
];

/** What no answer of these paths is when all is well: problems, and the events of the stream of changes. */
const OTHERS = ["Problem", "ChangeEvent", "PositionEvent"];

const SPEC = new URL("../../../../spec/openapi.yaml", import.meta.url);

export async function readSpec() {
  return parse(await readFile(SPEC, "utf8"));
}

export function camel(name) {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** The document of which the types are made. */
export function documentOfTheSdk(spec) {
  const paths = Object.fromEntries(PATHS.map((path) => [path, operations(spec, path)]));
  const components = reachable(spec, [
    paths,
    OTHERS.map((name) => ({ $ref: `#/components/schemas/${name}` })),
  ]);
  const names = namesOfFields(components);
  Object.values(spec.components.parameters).forEach(({ name }) => names.add(name));
  return renamed({ openapi: spec.openapi, info: spec.info, paths, components }, names);
}

/** Operations with their parameters and what they answer when all is well. */
function operations(spec, path) {
  const found = spec.paths[path];
  if (found === undefined) {
    throw new Error(`spec/openapi.yaml has no ${path}: mend PATHS in generate/document.js`);
  }
  return Object.fromEntries(
    Object.entries(found)
      .filter(([method]) => ["get", "post", "patch"].includes(method))
      .map(([method, operation]) => [method, lean(spec, operation)]),
  );
}

function lean(spec, { operationId, summary, description, parameters = [], requestBody, responses }) {
  const query = parameters
    .map((parameter) => (parameter.$ref === undefined ? parameter : resolve(spec, parameter.$ref)))
    .filter((parameter) => parameter.in === "path" || parameter.in === "query")
    .map((parameter) => ({ ...parameter, name: camel(parameter.name) }));
  const answers = Object.entries(responses).filter(([status]) => status.startsWith("2"));
  return {
    operationId,
    summary,
    description,
    parameters: query,
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: Object.fromEntries(
      answers.map(([status, { description: text, content }]) => [status, { description: text, content }]),
    ),
  };
}

function resolve(spec, ref) {
  return ref
    .slice("#/".length)
    .split("/")
    .reduce((node, step) => node[step], spec);
}

/** The schemas that these nodes need, in the order of the document. */
function reachable(spec, nodes) {
  const names = new Set();
  const visit = (node) => {
    if (node === null || typeof node !== "object") {
      return;
    }
    if (typeof node.$ref === "string" && !names.has(node.$ref)) {
      names.add(node.$ref);
      visit(resolve(spec, node.$ref));
    }
    Object.values(node).forEach(visit);
  };
  visit(nodes);
  return {
    schemas: Object.fromEntries(
      Object.entries(spec.components.schemas).filter(([name]) => names.has(`#/components/schemas/${name}`)),
    ),
  };
}

function namesOfFields(node, names = new Set()) {
  if (node !== null && typeof node === "object") {
    if (!hasOpenNames(node)) {
      Object.keys(node.properties ?? {}).forEach((name) => names.add(name));
    }
    Object.values(node).forEach((child) => namesOfFields(child, names));
  }
  return names;
}

function hasOpenNames(schema) {
  return Boolean(schema.additionalProperties);
}

/** Properties, also where they are required and where a text speaks of them. Examples are left out. */
function renamed(node, names) {
  if (Array.isArray(node)) {
    return node.map((child) => renamed(child, names));
  }
  if (node === null || typeof node !== "object") {
    return node;
  }
  const rename = hasOpenNames(node) ? (name) => name : camel;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !isExample(key, value) && !isOnlyRequired(key, value))
      .map(([key, value]) => {
        if (key === "properties") {
          return [key, mapEntries(value, ([name, child]) => [rename(name), renamed(child, names)])];
        }
        if (key === "required" && Array.isArray(value)) {
          return [key, value.map(rename)];
        }
        return [key, typeof value === "string" ? renamedIn(value, names) : renamed(value, names)];
      }),
  );
}

function isExample(key, value) {
  return key === "example" || (key === "examples" && Array.isArray(value));
}

/** "One of these fields at least" is nothing that types of a document can say. */
function isOnlyRequired(key, value) {
  return key === "anyOf" && value.every((choice) => Object.keys(choice).join() === "required");
}

function mapEntries(object, map) {
  return Object.fromEntries(Object.entries(object).map(map));
}

function renamedIn(text, names) {
  return text.replace(/`([a-z_]+)`/g, (whole, name) => (names.has(name) ? `\`${camel(name)}\`` : whole));
}

/** Fields whose value is an object with names that this API does not fix: these stay as they are. */
export function opaqueFields(document) {
  const schemas = document.components.schemas;
  const isOpen = (schema) => {
    const meant = schema.$ref === undefined ? schema : schemas[schema.$ref.split("/").at(-1)];
    const parts = [...(meant.allOf ?? []), ...(meant.oneOf ?? []), ...(meant.anyOf ?? [])];
    return hasOpenNames(meant) || parts.some(isOpen);
  };
  const found = new Set();
  const visit = (node) => {
    if (node === null || typeof node !== "object") {
      return;
    }
    Object.entries(node.properties ?? {})
      .filter(([, schema]) => isOpen(schema))
      .forEach(([name]) => found.add(name));
    Object.values(node).forEach(visit);
  };
  visit(schemas);
  return [...found].sort();
}
