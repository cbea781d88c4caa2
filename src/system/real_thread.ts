import type { Thread } from "./system.ts";

/** The answer to a task. */
type Answer = { readonly value: unknown } | { readonly error: string };

/**
 * Opens another thread of this executable, which calls {@link serve}.
 * `undefined` when run from source, whose main module may be a test.
 */
export function openThread(): Thread | undefined {
  if (!Deno.build.standalone) return undefined;
  const worker = new Worker(Deno.mainModule, { type: "module" });
  // The answers arrive in the order of the tasks.
  const waiting: PromiseWithResolvers<unknown>[] = [];
  let failed: Error | undefined;
  const fail = (event: Event) => {
    event.preventDefault();
    failed = new Error("The other thread ended");
    for (const one of waiting.splice(0)) one.reject(failed);
  };
  worker.onerror = fail;
  worker.onmessageerror = fail;
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const task = waiting.shift();
    if ("error" in data) task?.reject(new Error(data.error));
    else task?.resolve(data.value);
  };
  return {
    run(task) {
      if (failed) return Promise.reject(failed);
      const answer = Promise.withResolvers<unknown>();
      waiting.push(answer);
      worker.postMessage(task);
      return answer.promise;
    },
    turn,
    [Symbol.dispose]: () => worker.terminate(),
  };
}

/**
 * Waits for one turn of the event loop. An immediate would run before the
 * answers arrive, and a timer takes 2 ms.
 */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Performs the tasks sent by the main thread, one after another. */
export function serve<T>(work: Promise<(task: T) => unknown>): void {
  const scope = globalThis as unknown as {
    onmessage: (event: MessageEvent<T>) => void;
    postMessage(answer: Answer): void;
  };
  scope.onmessage = async ({ data }) => {
    try {
      const doTask = await work;
      scope.postMessage({ value: doTask(data) });
    } catch (error) {
      scope.postMessage({ error: String(error) });
    }
  };
}
