import { main } from "./src/app.ts";
import { realSystem } from "./src/system/real.ts";

Deno.exit(await main(Deno.args, realSystem()));
