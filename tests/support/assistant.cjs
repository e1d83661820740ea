// An assistant made with the protocol's own SDK for JavaScript. It builds a workflow from an SOP
// with Sopwright's tools, has it checked, rehearsed, saved and run, and tells on a line each what
// it called and what came of it.
//
//   node assistant.cjs NODE_MODULES ASSIGNMENT.json PROGRAM [ARGUMENT...]   Sopwright is started here
//   node assistant.cjs NODE_MODULES ASSIGNMENT.json http://…/mcp            SOPWRIGHT_TOKEN lets in
const { createRequire } = require("node:module");
const fs = require("node:fs");

const [modules, assignment, place, ...rest] = process.argv.slice(2);
const from = createRequire(modules + "/");
const { Client } = from("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = from("@modelcontextprotocol/sdk/client/stdio.js");
const { StreamableHTTPClientTransport } = from("@modelcontextprotocol/sdk/client/streamableHttp.js");

const tell = (what) => console.log(JSON.stringify(what));

async function main() {
  const { sop, name, workflow } = JSON.parse(fs.readFileSync(assignment, "utf8"));
  const client = new Client({ name: "an-assistant", version: "1.0.0" });
  await client.connect(
    place.startsWith("http")
      ? new StreamableHTTPClientTransport(new URL(place), {
          requestInit: { headers: { Authorization: `Bearer ${process.env.SOPWRIGHT_TOKEN}` } },
        })
      : new StdioClientTransport({ command: place, args: rest, stderr: "ignore" }),
  );
  const call = async (tool, given) => {
    const answer = await client.callTool({ name: tool, arguments: given });
    const text = answer.content[0].text;
    let came = text;
    try { came = JSON.parse(text); } catch { /* it is plain text */ }
    tell({ tool, refused: answer.isError === true, came });
    return came;
  };
  const { tools } = await client.listTools();
  tell({ tools: tools.map((tool) => tool.name) });
  const guide = await client.readResource({ uri: "sopwright://language" });
  tell({ guide: guide.contents[0].text.length });
  const { prompts } = await client.listPrompts();
  tell({ prompts: prompts.map((prompt) => prompt.name) });

  await call("start_workflow", { sop, name });
  await call("save_workflow", { why: "To see that nothing unrehearsed is saved." });
  await call("inspect", { of: ["crm.accounts"] });
  await call("write_workflow", { workflow: { ...workflow, steps: [] } });
  await call("write_workflow", { workflow });
  await call("dry_run", {});
  await call("save_workflow", { summary: "Every account has its size.", why: "It is rehearsed." });
  const run = await call("run_workflow", { name });
  await call("show_run", { run: run.run });
  await call("list_inbox", {});
  await client.close();
}

main().catch((error) => { console.error(error); process.exit(1); });
