import { main, realSystem } from "./src/program.ts";

Deno.exit(await main(Deno.args, realSystem()));
