import { testRefused } from "../helpers/refused.ts";
import { WRITERS } from "../helpers/writers.ts";

testRefused(WRITERS.filter((_, index) => index % 2 === 1));
