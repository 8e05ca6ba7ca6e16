/**
 * Finds the containers of this machine through the API of Kubernetes.
 *
 * <p>Owns the client library: no other package imports it, and nothing of it is loaded unless a job
 * has {@code kubernetes_sd_configs}. Entry type: {@link
 * io.skald.agent.discovery.kubernetes.KubernetesDiscovery}. Watches run on threads of the library;
 * what they find is kept under a lock.
 */
@NullMarked
package io.skald.agent.discovery.kubernetes;

import org.jspecify.annotations.NullMarked;
