// Sends a film straight to Blob Storage in numbered blocks (docs/films.md), several at a time. Looks from outside like
// the Upload of tus-js-client, so that the page handles both alike.
window.DirectUpload = class {
    static PARALLEL = 3;
    // An address is not used in its last seconds: a block takes a while.
    static SPARE_MS = 60000;

    constructor(file, options) {
        this.file = file;
        this.options = options;
        this.id = null;
        this.isStopped = false;
        this.requests = new Set();
    }

    async findPreviousUploads() {
        this.key = await this.options.fingerprint(this.file);
        const id = localStorage.getItem(this.key);
        return id ? [id] : [];
    }

    resumeFromPreviousUpload(id) {
        this.id = id;
    }

    async start() {
        const { retryDelays, onShouldRetry, onError, onSuccess } = this.options;
        this.isStopped = false;
        this.tries = 0;
        while (!this.isStopped) {
            try {
                await this.run();
                if (this.isStopped) return;
                localStorage.removeItem(this.key);
                onSuccess();
                return;
            } catch (error) {
                this.stopRequests();
                if (this.isStopped) return;
                if (!onShouldRetry(error) || this.tries >= retryDelays.length) {
                    onError(error);
                    return;
                }
                await new Promise((resolve) => { setTimeout(resolve, retryDelays[this.tries]); });
                this.tries += 1;
            }
        }
    }

    async abort(isEnd = false) {
        this.isStopped = true;
        this.stopRequests();
        if (!isEnd || !this.id) return;
        localStorage.removeItem(this.key);
        await this.ask("DELETE", `/${this.id}`);
    }

    stopRequests() {
        for (const request of this.requests) request.abort();
        this.requests.clear();
    }

    async run() {
        let upload = await this.beginOrContinue();
        if (upload.state !== "receiving") return;
        const { block_bytes: size } = upload;
        const there = new Set(upload.received);
        const count = Math.ceil(this.file.size / size);
        const missing = Array.from({ length: count }, (_, number) => number).filter((number) => !there.has(number));
        const lengthOf = (number) => Math.min(size, this.file.size - number * size);
        const sent = new Map([...there].map((number) => [number, lengthOf(number)]));
        const report = () => this.options.onProgress([...sent.values()].reduce((sum, part) => sum + part, 0), this.file.size);
        report();
        const numbers = missing.values();
        const work = async () => {
            for (const number of numbers) {
                if (this.isStopped) return;
                if (Date.parse(upload.url_expires_at) - Date.now() < DirectUpload.SPARE_MS) {
                    upload = await this.ask("GET", `/${this.id}`);
                }
                const block = this.file.slice(number * size, (number + 1) * size);
                await this.put(upload.url, number, block, (loaded) => { sent.set(number, loaded); report(); });
                this.tries = 0;
            }
        };
        await Promise.all(Array.from({ length: DirectUpload.PARALLEL }, work));
        if (!this.isStopped) await this.ask("POST", `/${this.id}/complete`);
    }

    async beginOrContinue() {
        if (this.id) {
            try {
                return await this.ask("GET", `/${this.id}`);
            } catch (error) {
                if (![404, 410].includes(error.originalResponse.getStatus())) throw error;
            }
        }
        const { title, filename } = this.options.metadata;
        const upload = await this.ask("POST", "", { title, filename, length: this.file.size });
        this.id = upload.id;
        localStorage.setItem(this.key, upload.id);
        return upload;
    }

    /* Of the shop. */
    async ask(method, path, body) {
        let response;
        try {
            response = await fetch(this.options.endpoint + path, {
                method,
                headers: { ...this.options.headers, "Content-Type": "application/json" },
                body: body ? JSON.stringify(body) : undefined,
            });
        } catch {
            throw this.failure(0, "");
        }
        const text = await response.text();
        if (!response.ok) throw this.failure(response.status, text);
        return text ? JSON.parse(text) : null;
    }

    /* Of Blob Storage. */
    put(url, number, block, onProgress) {
        return new Promise((resolve, reject) => {
            const request = new XMLHttpRequest();
            this.requests.add(request);
            const name = encodeURIComponent(btoa(String(number).padStart(8, "0")));
            request.open("PUT", `${url}&comp=block&blockid=${name}`);
            request.upload.onprogress = (event) => onProgress(event.loaded);
            request.onload = () => {
                this.requests.delete(request);
                if (request.status === 201) resolve(onProgress(block.size));
                // An address that has expired, or a storage that is busy: the next try has a new address.
                else reject(this.failure(request.status < 500 && request.status !== 403 ? request.status : 0, ""));
            };
            request.onerror = request.onabort = () => {
                this.requests.delete(request);
                reject(this.failure(0, ""));
            };
            request.send(block);
        });
    }

    failure(status, body) {
        const error = new Error(`HTTP ${status}`);
        error.originalResponse = { getStatus: () => status, getBody: () => body };
        return error;
    }
};
