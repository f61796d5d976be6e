// The page of an import that a worker is at: shown anew until it is over, not while it lies in another tab.
setInterval(() => {
    if (!document.hidden) location.reload();
}, 2000);
