import { main, realSystem } from "./src/app/program.ts";

Deno.exit(await main(Deno.args, realSystem()));
