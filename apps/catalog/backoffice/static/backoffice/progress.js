// Reloads the page of a running import until it ends, but not while its tab is hidden.
setInterval(() => {
    if (!document.hidden) location.reload();
}, 2000);
