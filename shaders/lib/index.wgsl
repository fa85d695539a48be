// flat_index and flat_group = the inverse of grid_flat and grid_rows in kernel.rs.

/// Index of this invocation among all invocations of 256-wide workgroups.
fn flat_index(group: vec3u, groups: vec3u, local: u32) -> u32 {
    return (group.y * groups.x + group.x) * 256u + local;
}

/// Index of this workgroup among all workgroups.
fn flat_group(group: vec3u, groups: vec3u) -> u32 {
    return group.y * groups.x + group.x;
}
