package io.skald.common.rpc;

import io.skald.common.ring.Instance;
import io.skald.common.rpc.wire.RingMember;

/** Members of a ring as stores between processes keep them. */
public final class RingMembership {
  private RingMembership() {}

  public static RingMember of(Instance instance) {
    return RingMember.newBuilder()
        .setId(instance.id())
        .setAddress(instance.address())
        .setZone(instance.zone())
        .setState(
            switch (instance.state()) {
              case PENDING -> RingMember.State.PENDING;
              case JOINING -> RingMember.State.JOINING;
              case ACTIVE -> RingMember.State.ACTIVE;
              case LEAVING -> RingMember.State.LEAVING;
            })
        .addAllTokens(instance.tokens())
        .setHeartbeatMillis(instance.changedMillis())
        .build();
  }

  /** Returns the instance, as if it were healthy; of one that has left, that it is leaving. */
  public static Instance read(RingMember member) {
    Instance.State state =
        switch (member.getState()) {
          case PENDING, UNRECOGNIZED -> Instance.State.PENDING;
          case JOINING -> Instance.State.JOINING;
          case ACTIVE -> Instance.State.ACTIVE;
          case LEAVING, LEFT -> Instance.State.LEAVING;
        };
    return new Instance(
        member.getId(),
        member.getAddress(),
        member.getZone(),
        state,
        member.getTokensList(),
        member.getHeartbeatMillis(),
        true);
  }
}
